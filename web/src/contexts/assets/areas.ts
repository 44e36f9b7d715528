/** The districts one may filter by. */
import { api, body } from '@/api/client'

export interface District {
  id: number
  name: string
}

const RESOURCE = 'assets.area'

/** Districts from the archive; none when the user may not read it (then the filter is not offered). */
export async function listDistricts(): Promise<District[]> {
  const query = { limit: 100, level: 'district' }
  try {
    const { rows } = await body(api.GET('/api/v1/resources/{key}', { params: { path: { key: RESOURCE }, query } }))
    return rows.map((row) => ({ id: Number(row.pk), name: String(row.name) }))
  } catch {
    return []
  }
}
