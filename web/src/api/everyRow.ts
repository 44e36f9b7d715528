/** Every row of a paged list, as many requests as it takes. */
const LARGEST = 500

interface Page<T> {
  total: number
  rows: readonly T[]
}

export async function everyRow<T>(ask: (page: { limit: number; offset: number }) => Promise<Page<T>>): Promise<T[]> {
  const rows: T[] = []
  for (;;) {
    const found = await ask({ limit: LARGEST, offset: rows.length })
    rows.push(...found.rows)
    if (!found.rows.length || rows.length >= found.total) return rows
  }
}
