/** What the server knows of findings, judged objects, rural devices and contradictions. */
import { api, body } from '@/api/client'
import type { operations } from '@/api/schema'
import type { Schemas } from '@/api/types'

export type Found = Schemas['FindingOut']
export type FoundDetail = Schemas['FindingDetail']
export type FoundPage = Schemas['FindingPage']
export type FoundQuery = NonNullable<operations['cleanheat_diagnosis_http_findings_findings']['parameters']['query']>
export type StateCount = Schemas['FindingCount']
export type Circuit = Schemas['CircuitDiagnosis']
export type ObjectDiagnosis = Schemas['ObjectDiagnosis']
export type Past = Schemas['ExpectedSeries']
export type ExpectedLine = Schemas['ExpectedLine']
export type Contradiction = Schemas['ContradictionOut']
export type DevicePage = Schemas['DevicePage']
export type Outlook = Schemas['ForecastOut']
export type DeviceQuery = NonNullable<operations['cleanheat_diagnosis_http_objects_devices']['parameters']['query']>

export function listFindings(query: FoundQuery): Promise<FoundPage> {
  return body(api.GET('/api/v1/diagnosis/findings', { params: { query } }))
}

/** Address of the file with the same findings. */
export function findingsFile(query: FoundQuery, format: 'csv' | 'xlsx'): string {
  const given = Object.entries({ ...query, format }).filter(([key, value]) => value !== undefined && key !== 'page' && key !== 'size')
  return `/api/v1/diagnosis/findings/export?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`
}

export const countFindings = (): Promise<StateCount[]> => body(api.GET('/api/v1/diagnosis/findings/counts'))

export function getFinding(id: number): Promise<FoundDetail> {
  return body(api.GET('/api/v1/diagnosis/findings/{finding_id}', { params: { path: { finding_id: id } } }))
}

export function getDiagnosis(kind: string, number: number): Promise<ObjectDiagnosis> {
  return body(api.GET('/api/v1/diagnosis/objects/{kind}/{number}', { params: { path: { kind, number } } }))
}

export function getPast(kind: string, number: number, days: number): Promise<Past | null> {
  return body(api.GET('/api/v1/diagnosis/objects/{kind}/{number}/past', { params: { path: { kind, number }, query: { days } } }))
}

export function listDevices(query: DeviceQuery): Promise<DevicePage> {
  return body(api.GET('/api/v1/diagnosis/devices', { params: { query } }))
}

export function listContradictions(isOpen: boolean): Promise<Schemas['ContradictionPage']> {
  return body(api.GET('/api/v1/diagnosis/contradictions', { params: { query: { is_open: isOpen } } }))
}

export function settle(id: number, verdict: string, reason: string): Promise<Contradiction> {
  const params = { path: { contradiction_id: id } }
  return body(api.POST('/api/v1/diagnosis/contradictions/{contradiction_id}/settle', { params, body: { verdict, reason } }))
}

/** What people found at the object of a finding; its limits move one step. */
export function judgeFinding(found: Found, outcome: Schemas['OutcomeKind']): Promise<Schemas['FeedbackOut'][]> {
  const given = { kind: found.kind, number: found.number, outcome, reference: `finding:${found.id}`, source: found.source }
  return body(api.POST('/api/v1/diagnosis/feedback', { body: given }))
}

export const getOutlook = (): Promise<Outlook> => body(api.GET('/api/v1/diagnosis/forecast'))



/** Sources one may ask the objects of. */
export async function listSources(kind: 'branch' | 'boiler'): Promise<{ number: number; name: string }[]> {
  try {
    return (await body(api.GET('/api/v1/objects/{kind}', { params: { path: { kind }, query: { limit: 500 } } }))).rows
  } catch {
    return [] // a filter is a convenience
  }
}
