/** What the server knows of the map. */
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'
import type { Manifest } from '@/map/manifest'
import { listQuery, type TraceAnswer, type TraceAsk } from './trace'

export type Satellite = Schemas['Satellite']
export type Place = Schemas['Found']
export type Connectivity = Schemas['Connectivity']

/** The satellite mode's sources, or what is missing. */
export function getSatellite(): Promise<Satellite> {
  return body(api.GET('/api/v1/twin/satellite'))
}

/** What a typed name, code, address or pinyin may mean. */
export function searchPlaces(q: string): Promise<Place[]> {
  return body(api.GET('/api/v1/twin/search', { params: { query: { q, limit: 12 } } }))
}

export function getConnectivity(): Promise<Connectivity> {
  return body(api.GET('/api/v1/twin/connectivity'))
}

export async function getManifest(): Promise<Manifest> {
  return (await body(api.GET('/api/v1/twin/manifest'))) as unknown as Manifest
}

const EMPTY = { rerouted: [], disagreements: [], mustClose: null, mayClose: null, hiddenValves: 0, wayM: null, isConnected: true }

export async function getTrace(ask: TraceAsk): Promise<TraceAnswer> {
  if (ask.what === 'close') {
    const closed = { pipes: [...ask.pipes], valves: [...ask.valves] }
    return { ...EMPTY, ...(await body(api.POST('/api/v1/twin/what-if', { body: closed }))) }
  }
  if (ask.what === 'burst') {
    const found = await body(api.GET('/api/v1/twin/isolate/{number}', { params: { path: { number: ask.number } } }))
    const { totals, groups, must_close: mustClose, may_close: mayClose, hidden_valves: hiddenValves } = found
    return { ...EMPTY, totals, groups, mustClose, mayClose, hiddenValves }
  }
  const { what: direction, kind, number, by } = ask
  const params = { path: { kind, number }, query: { direction, by } }
  const found = await body(api.GET('/api/v1/twin/trace/{kind}/{number}', { params }))
  const { totals, groups, disagreements, way_m: wayM, is_connected: isConnected } = found
  return { ...EMPTY, totals, groups, disagreements, wayM: wayM ?? null, isConnected }
}

/** One page of the objects that a trace found, by name. */
export function listAffected(ask: TraceAsk, kind: string, offset: number): Promise<Schemas['NamedPage']> {
  const query = { ...listQuery(ask), offset } as never
  return body(api.GET('/api/v1/twin/affected/{kind}', { params: { path: { kind }, query } }))
}

export function affectedFile(ask: TraceAsk, format: 'xlsx' | 'csv'): string {
  return `/api/v1/twin/affected?${new URLSearchParams({ ...listQuery(ask), format })}`
}
