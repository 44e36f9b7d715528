/** What the server knows of complaints beside their records: files handed in, statistics of validity. */
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'

export type TicketImport = Schemas['TicketImportOut']
export type Validity = Schemas['ValidityStatistics']

export const listImports = (): Promise<TicketImport[]> => body(api.GET('/api/v1/complaints/imports'))

export function getImport(import_id: number): Promise<TicketImport> {
  return body(api.GET('/api/v1/complaints/imports/{import_id}', { params: { path: { import_id } } }))
}

/** A history file with an optional mapping of its columns (TOML). */
export function handIn(file: File, map: string): Promise<Schemas['HandedIn']> {
  return body(
    api.POST('/api/v1/complaints/imports', {
      body: { file: '', map },
      bodySerializer: () => {
        const form = new FormData()
        form.set('file', file)
        form.set('map', map)
        return form
      },
    }),
  )
}

export function getValidity(query: { start?: number; end?: number }): Promise<Validity> {
  return body(api.GET('/api/v1/complaints/validity', { params: { query } }))
}

export function judgeAgain(query: { start?: number; end?: number }): Promise<Schemas['TicketJobOut']> {
  return body(api.POST('/api/v1/complaints/judge', { params: { query } }))
}

export const refusedAddress = (id: number, format: 'csv' | 'xlsx'): string => `/api/v1/complaints/imports/${id}/refused?format=${format}`
