/** What a trace asks, how a link writes it, and what of the answer is marked on the map. */
import type { Schemas } from '@/api/types'
import { layerOfKind, type Manifest } from '@/map/manifest'
import type { TraceMark } from '@/map/cityMap'
import { decodeDeltas } from '@/map/network/varint'

export type Basis = 'network' | 'archive'
export type TraceAsk =
  | { what: 'down' | 'up'; kind: string; number: number; by: Basis }
  | { what: 'close'; pipes: readonly number[]; valves: readonly number[] }
  | { what: 'burst'; number: number }

export type Group = Schemas['Group']
export type TraceTotals = Schemas['Totals']

/** Any of the answers, in one shape. */
export interface TraceAnswer {
  totals: TraceTotals
  groups: Group[]
  rerouted: Group[]
  disagreements: Schemas['Disagreement'][]
  mustClose: Group | null
  mayClose: Group | null
  hiddenValves: number
  wayM: number | null
  isConnected: boolean
}

/** Kinds that stand in the network or in its archive. */
export const TRACED: readonly string[] = ['plant', 'branch', 'boiler', 'substation', 'unit', 'community', 'building', 'heat_user', 'pipe', 'valve']
export const CLOSED: readonly string[] = ['pipe', 'valve']

/** `down:substation:12`, `up:building:7:archive`, `close:p12.v7`, `burst:12`. */
export function traceText(ask: TraceAsk): string {
  if (ask.what === 'close') return `close:${[...ask.pipes.map((n) => `p${n}`), ...ask.valves.map((n) => `v${n}`)].join('.')}`
  if (ask.what === 'burst') return `burst:${ask.number}`
  return `${ask.what}:${ask.kind}:${ask.number}${ask.by === 'archive' ? ':archive' : ''}`
}

/** The trace in an address; null if there is none or it makes no sense. */
export function traceOf(text: unknown): TraceAsk | null {
  if (typeof text !== 'string') return null
  const object = /^(down|up):([a-z_]+):(\d{1,9})(:archive)?$/.exec(text)
  if (object && TRACED.includes(object[2]!)) {
    return { what: object[1] as 'down' | 'up', kind: object[2]!, number: Number(object[3]), by: object[4] ? 'archive' : 'network' }
  }
  const burst = /^burst:(\d{1,9})$/.exec(text)
  if (burst) return { what: 'burst', number: Number(burst[1]) }
  const close = /^close:((?:[pv]\d{1,9})(?:\.[pv]\d{1,9})*)$/.exec(text)
  if (!close) return null
  const parts = close[1]!.split('.')
  const of = (letter: string): number[] => parts.filter((part) => part.startsWith(letter)).map((part) => Number(part.slice(1)))
  return { what: 'close', pipes: of('p'), valves: of('v') }
}

/** The trace as parameters of its list and its file. */
export function listQuery(ask: TraceAsk): Record<string, string> {
  if (ask.what === 'close') return { what: 'close', pipes: ask.pipes.join(','), valves: ask.valves.join(',') }
  if (ask.what === 'burst') return { what: 'burst', number: String(ask.number) }
  return { what: ask.what, kind: ask.kind, number: String(ask.number), by: ask.by }
}

export function isClosed(ask: TraceAsk | null, kind: string, number: number): boolean {
  return ask?.what === 'close' && (kind === 'pipe' ? ask.pipes : ask.valves).includes(number)
}

/** One more pipe or valve closed, or opened again when it was closed; null when nothing is left. */
export function toggled(ask: TraceAsk | null, kind: string, number: number): TraceAsk | null {
  const { pipes, valves } = ask?.what === 'close' ? ask : { pipes: [], valves: [] }
  const flip = (all: readonly number[]): number[] => (all.includes(number) ? all.filter((n) => n !== number) : [...all, number])
  const next = kind === 'pipe' ? { pipes: flip(pipes), valves } : { pipes, valves: flip(valves) }
  return next.pipes.length + next.valves.length === 0 ? null : { what: 'close', ...next }
}

export function numbersOf({ numbers, count }: Group): Int32Array {
  return decodeDeltas(Uint8Array.from(atob(numbers), (letter) => letter.charCodeAt(0)), count)
}

/** What is marked: the way to a source as traced; whatever loses supply or hangs on an object as affected. */
export function marksOf(ask: TraceAsk, answer: TraceAnswer, manifest: Manifest): TraceMark[] {
  const mark = (groups: readonly (Group | null)[], flag: TraceMark['flag']): TraceMark[] =>
    groups.flatMap((group) => {
      const layer = group && layerOfKind(manifest, group.kind)
      return layer ? [{ layer: layer.key, numbers: numbersOf(group), flag }] : []
    })
  const closed = ask.what === 'close' ? [['pipe', ask.pipes], ['valve', ask.valves]] as const : []
  const shut = closed.flatMap(([kind, numbers]) => {
    const layer = layerOfKind(manifest, kind)
    return layer && numbers.length > 0 ? [{ layer: layer.key, numbers, flag: 'affected' as const }] : []
  })
  // a burst is told by its valves: those to close stand out from all that lie dry
  const found = ask.what === 'burst' ? answer.groups.filter(({ kind }) => kind !== 'valve') : answer.groups
  return [
    ...mark(found, ask.what === 'up' ? 'traced' : 'affected'),
    ...mark([...answer.rerouted, answer.mustClose], 'traced'),
    ...shut,
  ]
}
