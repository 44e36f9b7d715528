/** Who uploads how completely, what stopped, and what does not fit the archive. */
import { api, body } from '@/api/client'
import type { operations } from '@/api/schema'
import type { Schemas } from '@/api/types'

export type Upload = Schemas['Upload']
export type UploadQuery = NonNullable<operations['cleanheat_quality_http_uploads_uploads']['parameters']['query']>
export type Calendar = Schemas['CalendarOut']
export type Mismatch = Schemas['MismatchOut']
export type Unheard = Schemas['UnheardOut']
export type UnheardState = NonNullable<operations['cleanheat_quality_http_uploads_unheard_objects']['parameters']['query']['state']>

export function listUploads(query: UploadQuery): Promise<Schemas['UploadPage']> {
  return body(api.GET('/api/v1/quality/uploads', { params: { query } }))
}

export function getCalendar(kind: string | undefined): Promise<Calendar> {
  return body(api.GET('/api/v1/quality/uploads/calendar', { params: { query: { kind } } }))
}

export function listMismatches(query: { sender?: number; reason?: string; limit: number; offset: number }): Promise<Schemas['MismatchPage']> {
  return body(api.GET('/api/v1/quality/uploads/mismatches', { params: { query } }))
}

export function listUnheard(query: { kind: string; state: UnheardState; sender?: number; limit: number; offset: number }): Promise<Schemas['UnheardPage']> {
  return body(api.GET('/api/v1/quality/uploads/objects', { params: { query } }))
}

/** Address of a file with what a list shows. */
export function uploadsFile(what: 'uploads' | 'uploads/mismatches', format: 'csv' | 'xlsx', query: object): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined || value === null || value === '' ? [] : [[name, String(value)]]))
  return `/api/v1/quality/${what}/export?${new URLSearchParams([['format', format], ...given])}`
}
