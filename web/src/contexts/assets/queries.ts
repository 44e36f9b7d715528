/** What the server knows of objects: live lists, cards, curves. */
import { api, body } from '@/api/client'
import type { operations } from '@/api/schema'
import type { Schemas } from '@/api/types'
import type { Span } from '@/kernel/time'

export type ObjectRow = Schemas['ObjectRow']
export type ObjectCard = Schemas['ObjectCard']
export type ObjectSeries = Schemas['SeriesOut']
export type ObjectQuery = NonNullable<operations['cleanheat_screens_http_object_list']['parameters']['query']>

export function listObjects(kind: string, query: ObjectQuery): Promise<Schemas['ObjectPage']> {
  return body(api.GET('/api/v1/objects/{kind}', { params: { path: { kind }, query } }))
}

export function getCard(kind: string, number: number): Promise<ObjectCard> {
  return body(api.GET('/api/v1/objects/{kind}/{number}', { params: { path: { kind, number } } }))
}

export function getSeries(kind: string, number: number, signals: readonly string[], span: Span): Promise<ObjectSeries> {
  const query = { signals: signals.join(','), start: String(span.start), end: String(span.end) }
  return body(api.GET('/api/v1/objects/{kind}/{number}/series', { params: { path: { kind, number }, query } }))
}

const OUTDOOR_PANEL = 'screens.weather_curve'

export interface Curve {
  times: number[]
  line: Schemas['Line']
}

/** The city's outdoor temperature over the span; null when there is none to show beside a curve. */
export async function getOutdoor(span: Span): Promise<Curve | null> {
  const query = { keys: OUTDOOR_PANEL, start: span.start, end: span.end }
  const { panels } = await body(api.GET('/api/v1/panels', { params: { query } }))
  const result = panels[0]?.result
  if (result?.kind !== 'series') return null
  const line = result.lines.find(({ unit }) => unit === '℃')
  return line ? { times: result.times, line: { ...line, dashed: true } } : null
}
