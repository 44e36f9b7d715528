/** What the server knows of who comes first, how the city has grown, and the way down to one home. */
import { api, body } from '@/api/client'
import type { operations } from '@/api/schema'
import type { Schemas } from '@/api/types'

export type FocusRow = Schemas['FocusRow']
export type FocusPage = Schemas['FocusPage']
export type FocusCharts = Schemas['FocusCharts']
export type Situation = Schemas['Situation']
export type WayStep = Way['steps'][number]
export type Way = Schemas['Way']
export type Reference = Way['chain'][number]
export type FocusQuery = NonNullable<operations['cleanheat_overview_http_focus_page']['parameters']['query']>
export type WayQuery = NonNullable<operations['cleanheat_overview_http_drill']['parameters']['query']>

export function listFocus(kind: string, query: FocusQuery): Promise<FocusPage> {
  return body(api.GET('/api/v1/overview/focus/{kind}', { params: { path: { kind }, query } }))
}

export function getCharts(kind: string, query: FocusQuery): Promise<FocusCharts> {
  return body(api.GET('/api/v1/overview/focus/{kind}/charts', { params: { path: { kind }, query } }))
}

export function getSituation(): Promise<Situation[]> {
  return body(api.GET('/api/v1/overview/situation'))
}

export function getWay(query: WayQuery): Promise<Way> {
  return body(api.GET('/api/v1/overview/way', { params: { query } }))
}

/** The whole ranking as a file. */
export function focusFile(kind: string, query: FocusQuery, format: 'csv' | 'xlsx'): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined || value === null || value === '' ? [] : [[name, String(value)]]))
  return `/api/v1/overview/focus/${kind}/export?${new URLSearchParams([...given, ['format', format]])}`
}
