/** What the server knows of the map. */
import { api, body } from '@/api/client'
import type { Manifest } from '@/map/manifest'

export async function getManifest(): Promise<Manifest> {
  return (await body(api.GET('/api/v1/twin/manifest'))) as unknown as Manifest
}
