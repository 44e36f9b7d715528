import { zlibSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { decodeFrame, type StateFrame } from './frame'
import { StateStore } from './stateStore'

function message(kind: number, seq: number, numbers: number[] | null, states: number[], geometry = 5, theme = 0): ArrayBuffer {
  const payload = new Uint8Array([...new Uint8Array(Uint32Array.from(numbers ?? []).buffer), ...states])
  const packed = zlibSync(payload)
  const bytes = new Uint8Array(26 + packed.length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, 0x4843, true)
  view.setUint8(2, 1)
  view.setUint8(3, kind)
  view.setUint32(4, geometry, true)
  view.setUint32(8, seq, true)
  view.setBigInt64(12, 1_800_000_060n, true)
  view.setUint8(20, theme)
  view.setUint8(21, 5)
  view.setUint32(22, states.length, true)
  bytes.set(packed, 26)
  return bytes.buffer
}

const full = (seq: number, states: number[]): ArrayBuffer => message(0, seq, null, states)
const delta = (seq: number, numbers: number[], states: number[]): ArrayBuffer => message(1, seq, numbers, states)
const frame = (buffer: ArrayBuffer): StateFrame => {
  const found = decodeFrame(buffer)
  if (!found) throw new Error('no frame')
  return found
}

function store(): StateStore {
  const made = new StateStore(5, new Map([[5, 'substations']]), { substations: 6 })
  made.expect(0)
  return made
}

describe('decodeFrame', () => {
  it('reads header and payload of both kinds', () => {
    expect(frame(full(3, [0, 1, 5]))).toMatchObject({ geometryVersion: 5, seq: 3, time: 1_800_000_060, layer: 5, numbers: null })
    const changed = frame(delta(4, [300, 2], [5, 1]))
    expect([...changed.numbers!]).toEqual([300, 2])
    expect([...changed.states]).toEqual([5, 1])
  })

  it('makes nothing of what it does not know', () => {
    expect(decodeFrame(new ArrayBuffer(8))).toBeNull()
    expect(decodeFrame(message(7, 1, null, [1]))).toBeNull()
    const other = full(1, [1])
    new DataView(other).setUint32(22, 9, true)
    expect(decodeFrame(other)).toBeNull()
  })
})

describe('StateStore', () => {
  it('turns the full state of before plus a delta into the full state of after', () => {
    const held = store()
    held.apply(frame(full(1, [0, 1, 1, 1, 1, 1])))
    expect(held.apply(frame(delta(2, [4, 2], [5, 6])))).toMatchObject({ outcome: 'applied', layer: 'substations' })
    expect([...held.of('substations')]).toEqual([0, 1, 6, 1, 5, 1])
    expect(held.stateOf('substations', 4)).toBe(5)
  })

  it('ignores what it already knows and asks again when something is missing', () => {
    const held = store()
    expect(held.apply(frame(delta(2, [1], [1]))).outcome).toBe('gap')
    held.apply(frame(full(2, [0, 1])))
    expect(held.apply(frame(delta(2, [1], [7]))).outcome).toBe('ignored')
    expect(held.apply(frame(delta(4, [1], [7]))).outcome).toBe('gap')
    expect(held.stateOf('substations', 1)).toBe(1)
    held.apply(frame(full(4, [0, 7])))
    expect(held.apply(frame(delta(5, [1], [1]))).outcome).toBe('applied')
  })

  it('tells of another geometry and ignores another theme', () => {
    const held = store()
    expect(held.apply(frame(message(0, 1, null, [1], 6))).outcome).toBe('geometry')
    expect(held.apply(frame(message(0, 1, null, [1], 5, 2))).outcome).toBe('ignored')
  })

  it('forgets states when another theme is expected', () => {
    const held = store()
    held.apply(frame(full(1, [0, 5])))
    held.expect(2)
    expect([...held.of('substations')]).toEqual([0, 0, 0, 0, 0, 0])
  })
})
