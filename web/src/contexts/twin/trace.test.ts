import { describe, expect, it } from 'vitest'
import type { Manifest } from '@/map/manifest'
import { isClosed, listQuery, marksOf, numbersOf, toggled, traceOf, traceText, type TraceAnswer, type TraceAsk } from './trace'

const ASKS: TraceAsk[] = [
  { what: 'down', kind: 'substation', number: 12, by: 'network' },
  { what: 'up', kind: 'heat_user', number: 7, by: 'archive' },
  { what: 'close', pipes: [1, 22], valves: [3] },
  { what: 'close', pipes: [], valves: [3] },
  { what: 'burst', number: 9 },
]
/** 3, 5, 100 as zigzag differences. */
const GROUP = { kind: 'substation', zh: '换热站', count: 3, numbers: btoa(String.fromCharCode(6, 4, 0xbe, 0x01)) }
const NOTHING: TraceAnswer = {
  totals: { substations: 0, communities: 0, buildings: 0, households: 0, users: 0, heated_area_m2: 0, pipe_km: 0 },
  groups: [], rerouted: [], disagreements: [], mustClose: null, mayClose: null, hiddenValves: 0, wayM: null, isConnected: true,
}
const MANIFEST = { layers: [{ key: 'substations', kind: 'substation' }, { key: 'valves', kind: 'valve' }] } as unknown as Manifest

describe('a trace in the address', () => {
  it.each(ASKS)('comes back as it went: %o', (ask) => {
    expect(traceOf(traceText(ask))).toEqual(ask)
  })

  it.each([undefined, '', 'down:room:1', 'down:substation:x', 'close:', 'close:q1', 'burst:', 'up:pipe:1:both', ['burst:1']])('is refused: %s', (text) => {
    expect(traceOf(text)).toBeNull()
  })

  it('becomes the parameters of its list', () => {
    expect(listQuery(ASKS[2]!)).toEqual({ what: 'close', pipes: '1,22', valves: '3' })
    expect(listQuery(ASKS[0]!)).toEqual({ what: 'down', kind: 'substation', number: '12', by: 'network' })
  })
})

describe('closing', () => {
  it('adds, opens again, and ends with the last one', () => {
    const one = toggled(null, 'valve', 3)
    expect(one).toEqual(ASKS[3])
    const two = toggled(one, 'pipe', 8)
    expect(isClosed(two, 'pipe', 8)).toBe(true)
    expect(isClosed(two, 'valve', 8)).toBe(false)
    expect(toggled(two, 'pipe', 8)).toEqual(one)
    expect(toggled(one, 'valve', 3)).toBeNull()
  })
})

describe('marks on the map', () => {
  it('reads the numbers of a group', () => {
    expect([...numbersOf(GROUP)]).toEqual([3, 5, 100])
  })

  it('marks the way to a source as traced and what loses supply as affected', () => {
    const answer = { ...NOTHING, groups: [GROUP] }
    expect(marksOf(ASKS[1]!, answer, MANIFEST).map(({ flag }) => flag)).toEqual(['traced'])
    const close = marksOf(ASKS[3]!, { ...answer, rerouted: [{ ...GROUP, count: 0, numbers: '' }] }, MANIFEST)
    expect(close.map(({ layer, flag }) => [layer, flag])).toEqual([['substations', 'affected'], ['substations', 'traced'], ['valves', 'affected']])
  })
})
