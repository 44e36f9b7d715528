/** Single records of the archive: fields, versions, change requests, and links in doubt. */
import { api, body } from '@/api/client'
import type { operations } from '@/api/schema'
import type { Schemas } from '@/api/types'

export type ArchiveRecord = Schemas['RecordOut']
export type RecordField = Schemas['FieldShown']
export type RecordVersion = Schemas['RecordVersionOut']
export type Difference = Schemas['Difference']
export type Change = Schemas['ChangeRequestOut']
export type ChangeDetail = Schemas['ChangeDetail']
export type ChangeAction = Schemas['ChangeActionOut']
export type MatchRelation = Schemas['RelationOut']
export type MatchCase = Schemas['CaseOut']
export type MatchCandidate = Schemas['CandidateOut']
export type Value = string | number | boolean | null
type ChangeQuery = NonNullable<operations['cleanheat_assets_http_changes_change_requests']['parameters']['query']>
type CaseQuery = NonNullable<operations['cleanheat_assets_matching_http_cases']['parameters']['query']>

export function getRecord(kind: string, number: number): Promise<ArchiveRecord> {
  return body(api.GET('/api/v1/archive/records/{kind}/{number}', { params: { path: { kind, number } } }))
}

export function listVersions(kind: string, number: number): Promise<RecordVersion[]> {
  return body(api.GET('/api/v1/archive/records/{kind}/{number}/versions', { params: { path: { kind, number } } }))
}

export function restoreVersion(kind: string, number: number, version: number, reason: string): Promise<Schemas['RestoredOut']> {
  return body(api.POST('/api/v1/archive/records/{kind}/{number}/restore', { params: { path: { kind, number } }, body: { version, reason } }))
}

export function listChanges(query: ChangeQuery): Promise<Schemas['ChangePage']> {
  return body(api.GET('/api/v1/archive/changes', { params: { query } }))
}

export function getChange(id: number): Promise<ChangeDetail> {
  return body(api.GET('/api/v1/archive/changes/{change_id}', { params: { path: { change_id: id } } }))
}

export function proposeChange(change: { kind: string; number: number; values: Record<string, Value>; reason: string }): Promise<ChangeDetail> {
  return body(api.POST('/api/v1/archive/changes', { body: { ...change, files: [] } }))
}

export function stepChange(id: number, step: { action: string; note: string; seen: number; key: string }): Promise<ChangeDetail> {
  return body(api.POST('/api/v1/archive/changes/{change_id}/steps', { params: { path: { change_id: id } }, body: step }))
}

export function listRelations(): Promise<MatchRelation[]> {
  return body(api.GET('/api/v1/archive/matching/relations'))
}

export function listCases(query: CaseQuery): Promise<Schemas['CasePage']> {
  return body(api.GET('/api/v1/archive/matching/cases', { params: { query } }))
}

export async function matchAgain(relation: string): Promise<number> {
  return (await body(api.POST('/api/v1/archive/matching/runs', { body: { relation } }))).job_id
}

export function decideCase(id: number, number: number): Promise<MatchCase> {
  return body(api.POST('/api/v1/archive/matching/cases/{case_id}/decide', { params: { path: { case_id: id } }, body: { number, reason: '' } }))
}

export function undoCase(id: number): Promise<MatchCase> {
  return body(api.POST('/api/v1/archive/matching/cases/{case_id}/undo', { params: { path: { case_id: id } } }))
}

export function acceptCases(relation: string, atLeast: number): Promise<Schemas['Relinked']> {
  return body(api.POST('/api/v1/archive/matching/accept', { body: { relation, at_least: atLeast } }))
}
