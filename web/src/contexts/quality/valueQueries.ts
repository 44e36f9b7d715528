/** Single values: original rows with what is odd about them, where one comes from, and people's word on them. */
import { api, body } from '@/api/client'
import type { operations } from '@/api/schema'
import type { Schemas } from '@/api/types'

export type OriginalPage = Schemas['OriginalPage']
export type OriginalRow = Schemas['OriginalRow']
export type Trace = Schemas['TraceOut']
export type Confirmation = Schemas['ConfirmationOut']
export type RuleSaid = Schemas['RuleSaid']
export type OriginalQuery = operations['cleanheat_quality_http_values_original_rows']['parameters']['query']

/** Which value: of which object, which signal, at which minute. */
export interface ValuePlace {
  kind: string
  number: number
  signal: string
  minute: number
}

export function listOriginals(query: OriginalQuery): Promise<OriginalPage> {
  return body(api.GET('/api/v1/quality/hits', { params: { query } }))
}

export function getTrace(place: ValuePlace): Promise<Trace> {
  return body(api.GET('/api/v1/quality/trace', { params: { query: { ...place } } }))
}

export function confirmValues(said: Schemas['ConfirmIn']): Promise<Confirmation> {
  return body(api.POST('/api/v1/quality/values/confirm', { body: said }))
}

export function undoConfirmation(id: number): Promise<Confirmation> {
  return body(api.POST('/api/v1/quality/values/confirm/{confirmation_id}/undo', { params: { path: { confirmation_id: id } } }))
}

export function listConfirmations(query: { kind: string; number: number; start: number; end: number }): Promise<Confirmation[]> {
  return body(api.GET('/api/v1/quality/values/confirmations', { params: { query } }))
}
