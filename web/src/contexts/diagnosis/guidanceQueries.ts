/** What the server advises: who would not keep rooms warm, what to run at, what can be carried, when peaks start. */
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'

export type Guidance = Schemas['GuidanceOut']
export type Verdict = Schemas['GuidanceVerdict']
export type Lack = Schemas['LackOut']
export type Compliance = Schemas['ComplianceOut']
export type ComplianceRow = Schemas['ComplianceRow']
export type AdvicePage = Schemas['AdvicePage']
export type Advice = Schemas['AdviceOut']
export type Capacity = Schemas['CapacityRow']
export type SystemRow = Schemas['SystemRow']
export type PeakBoiler = Schemas['PeakBoilerRow']
export type DeviceGuidance = Schemas['DeviceGuidance']
export type MarkedUnit = Schemas['MarkedUnit']

/** Kinds whose present parameters can be judged against the cold. */
export const GUIDED = ['branch', 'boiler', 'substation', 'unit'] as const
export type GuidedKind = (typeof GUIDED)[number]

export function getGuidance(kind: string, number: number): Promise<Guidance> {
  return body(api.GET('/api/v1/diagnosis/guidance/{kind}/{number}', { params: { path: { kind, number } } }))
}

export function getCompliance(kind: GuidedKind, limit = 200): Promise<Compliance> {
  return body(api.GET('/api/v1/diagnosis/guidance/{kind}', { params: { path: { kind }, query: { limit } } }))
}

export function listAdvice(query: { kind?: string; state?: string; days: number; page: number; limit: number }): Promise<AdvicePage> {
  return body(api.GET('/api/v1/diagnosis/advice', { params: { query } }))
}

export function answerAdvice(advice_id: number, adopts: boolean, note: string): Promise<Advice> {
  const params = { path: { advice_id } }
  return body(api.POST('/api/v1/diagnosis/advice/{advice_id}/answer', { params, body: { adopts, note } }))
}

export function handOverAdvice(advice_id: number, note: string): Promise<Advice> {
  const params = { path: { advice_id } }
  return body(api.POST('/api/v1/diagnosis/advice/{advice_id}/hand-over', { params, body: { note } }))
}

export function listCapacity(kind: GuidedKind): Promise<Capacity[]> {
  return body(api.GET('/api/v1/diagnosis/capacity/{kind}', { params: { path: { kind }, query: { limit: 500 } } }))
}

export const listSystems = (): Promise<SystemRow[]> => body(api.GET('/api/v1/diagnosis/systems'))

export function listPeakBoilers(days: number): Promise<PeakBoiler[]> {
  return body(api.GET('/api/v1/diagnosis/peak-boilers', { params: { query: { days } } }))
}
