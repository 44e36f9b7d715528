/** Files on their way into the archive: what the server is asked, and what a mapping still lacks. */
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'

export type ArchiveImport = Schemas['ImportOut']
export type ColumnMap = Schemas['ColumnMapIn']
export type ImportPreview = Schemas['ImportPreview']
export type ImportTemplate = Schemas['ImportTemplateOut']

const at = (import_id: number) => ({ params: { path: { import_id } } })

export const importWords = () => body(api.GET('/api/v1/archive/import-words'))
export type ImportWords = Awaited<ReturnType<typeof importWords>>
export type KindFields = ImportWords['kinds'][number]
export const listImports = (): Promise<ArchiveImport[]> => body(api.GET('/api/v1/archive/imports'))
export const getImport = (id: number): Promise<ArchiveImport> => body(api.GET('/api/v1/archive/imports/{import_id}', at(id)))
export const listTemplates = (): Promise<ImportTemplate[]> => body(api.GET('/api/v1/archive/import-templates'))

export function handIn(file: File): Promise<ArchiveImport> {
  const bodySerializer = (): FormData => {
    const form = new FormData()
    form.set('file', file)
    return form
  }
  return body(api.POST('/api/v1/archive/imports', { body: { file: '' }, bodySerializer }))
}

export function suggest(import_id: number, kind: string, layer: string): Promise<Schemas['Suggestion'][]> {
  return body(api.GET('/api/v1/archive/imports/{import_id}/suggestion', { params: { path: { import_id }, query: { kind, layer } } }))
}

export const preview = (id: number, mapping: ColumnMap): Promise<ImportPreview> => body(api.POST('/api/v1/archive/imports/{import_id}/preview', { ...at(id), body: mapping }))
export const rehearse = (id: number, mapping: ColumnMap): Promise<ArchiveImport> => body(api.POST('/api/v1/archive/imports/{import_id}/rehearse', { ...at(id), body: mapping }))
export const refusedRows = (id: number): Promise<Schemas['RefusedOut'][]> => body(api.GET('/api/v1/archive/imports/{import_id}/refused', at(id)))
export const undo = (id: number, reason: string): Promise<ArchiveImport> => body(api.POST('/api/v1/archive/imports/{import_id}/undo', { ...at(id), body: { reason } }))
export const saveTemplate = (name: string, mapping: ColumnMap): Promise<ImportTemplate> => body(api.POST('/api/v1/archive/import-templates', { body: { name, mapping } }))

export function confirm(id: number, reason: string, without_refused: boolean): Promise<ArchiveImport> {
  return body(api.POST('/api/v1/archive/imports/{import_id}/confirm', { ...at(id), body: { reason, without_refused } }))
}

export type RowDifference = Schemas['RowDifference']
export const PAGE = 50

/** Where a page of rows begins, and how many it holds. */
export const pageOf = (page: number): { start: number; limit: number } => ({ start: (page - 1) * PAGE, limit: PAGE })

export function importDifferences(import_id: number, query: { start: number; limit: number }): Promise<RowDifference[]> {
  return body(api.GET('/api/v1/archive/imports/{import_id}/differences', { params: { path: { import_id }, query } }))
}

export function decide(id: number, approve: boolean, note: string, left_out: number[]): Promise<ArchiveImport> {
  return body(api.POST('/api/v1/archive/imports/{import_id}/decide', { ...at(id), body: { approve, note, left_out } }))
}

/** The list with the place put in, or taken out where it stood. */
export function toggled(places: readonly number[], place: number): number[] {
  return places.includes(place) ? places.filter((one) => one !== place) : [...places, place].sort((a, b) => a - b)
}

export const refusedAddress = (id: number): string => `/api/v1/archive/imports/${id}/refused/file?format=xlsx`

/** Required fields that no column, constant or geometry gives; a file with codes may correct a few columns alone. */
export function missing(kind: KindFields | undefined, mapping: ColumnMap, hasGeometry: boolean): string[] {
  const given = new Set([...Object.keys(mapping.columns), ...Object.keys(mapping.constants ?? {})].filter((key) => mapping.columns[key] || mapping.constants?.[key]))
  if (given.has('code')) return []
  if (hasGeometry) for (const key of ['longitude', 'latitude', 'length_m']) given.add(key)
  return (kind?.fields ?? []).filter((field) => field.is_required && !given.has(field.key)).map((field) => field.zh)
}

/** The mapping as it is sent: pairs nobody chose are left out. */
export function chosen(mapping: ColumnMap): ColumnMap {
  const filled = (pairs: Record<string, string> | undefined) => Object.fromEntries(Object.entries(pairs ?? {}).filter(([, value]) => value))
  return { ...mapping, columns: filled(mapping.columns), constants: filled(mapping.constants) }
}

/** The columns of a template that this file has too. */
export function fitting(template: ColumnMap, columns: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(template.columns).filter(([, column]) => columns.includes(column)))
}

/** How far a file has come, as the step of the wizard: 0 file, 1 columns, 2 dry run, 3 done. */
export function stepOf(row: ArchiveImport | null): number {
  if (!row) return 0
  return { uploaded: 1, checking: 2, checked: 2, refused: 1, waiting: 2, rejected: 2, applying: 2, applied: 3, undone: 3 }[row.state] ?? 1
}
