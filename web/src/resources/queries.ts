/** Plain records that people keep: what there is, their rows, and how they are changed. */
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'

export type Resource = Schemas['ResourceOut']
export type Column = Schemas['ColumnOut']
export type Row = Record<string, unknown>
export type ImportReport = Schemas['ReportOut']

/** Filters are query parameters named by column, beside the ones every list has. */
export type RowQuery = { limit?: number; offset?: number; q?: string; order?: string } & Record<string, string | number | undefined>

export function listResources(): Promise<Resource[]> {
  return body(api.GET('/api/v1/resources'))
}

export function listRows(key: string, query: RowQuery): Promise<Schemas['PageOut']> {
  return body(api.GET('/api/v1/resources/{key}', { params: { path: { key }, query } }))
}

export function createRow(key: string, values: Row): Promise<Row> {
  return body(api.POST('/api/v1/resources/{key}', { params: { path: { key } }, body: values }))
}

export function changeRow(key: string, pk: string, values: Row): Promise<Row> {
  return body(api.PATCH('/api/v1/resources/{key}/{pk}', { params: { path: { key, pk } }, body: values }))
}

export function importRows(key: string, file: File, rehearse: boolean): Promise<ImportReport> {
  return body(
    api.POST('/api/v1/resources/{key}/import', {
      params: { path: { key }, query: { rehearse } },
      body: { file: '' },
      bodySerializer: () => {
        const form = new FormData()
        form.set('file', file)
        return form
      },
    }),
  )
}

export function exportAddress(key: string, format: 'csv' | 'xlsx', query: RowQuery): string {
  const given = Object.entries({ ...query, limit: undefined, offset: undefined })
  const asked = given.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, String(value)]]))
  return `/api/v1/resources/${encodeURIComponent(key)}/export?${new URLSearchParams([['format', format], ...asked])}`
}
