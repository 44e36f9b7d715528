import { zlibSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { framesOf, ReplayHour } from './replay'

function message(time: number, layer: number, numbers: number[] | null, states: number[], geometry = 5): Uint8Array {
  const packed = zlibSync(new Uint8Array([...new Uint8Array(Uint32Array.from(numbers ?? []).buffer), ...states]))
  const bytes = new Uint8Array(26 + packed.length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, 0x4843, true)
  view.setUint8(2, 1)
  view.setUint8(3, numbers ? 1 : 0)
  view.setUint32(4, geometry, true)
  view.setBigInt64(12, BigInt(time), true)
  view.setUint8(21, layer)
  view.setUint32(22, states.length, true)
  bytes.set(packed, 26)
  return bytes
}

function chunk(...messages: Uint8Array[]): ArrayBuffer {
  const parts = messages.flatMap((m) => [...new Uint8Array(Uint32Array.of(m.length).buffer), ...m])
  return Uint8Array.from(parts).buffer
}

const HOUR = 7_200
const body = chunk(
  message(HOUR, 5, null, [0, 1, 1, 1]),
  message(HOUR, 6, null, [0, 2]),
  message(HOUR + 60, 5, [2], [5]),
  message(HOUR + 120, 5, [2, 9], [1, 7]),
)

describe('replay', () => {
  it('gives every layer as it was, forth and back', () => {
    const hour = new ReplayHour(HOUR, framesOf(body), 5)
    const states = (time: number): number[] => [...(hour.statesAt(time).get(5) ?? [])]
    expect(states(HOUR + 60)).toEqual([0, 1, 5, 1])
    expect(states(HOUR + 300)).toEqual([0, 1, 1, 1])
    expect(states(HOUR + 90)).toEqual([0, 1, 5, 1])
    expect([...hour.statesAt(HOUR).get(6)!]).toEqual([0, 2])
    expect(hour.minutes).toEqual([HOUR, HOUR + 60, HOUR + 120])
  })

  it('knows nothing before its first picture', () => {
    expect(new ReplayHour(HOUR, framesOf(body), 5).statesAt(HOUR - 1).size).toBe(0)
    expect(new ReplayHour(HOUR, [], 5).statesAt(HOUR).size).toBe(0)
  })

  it('leaves out what is torn and what it cannot read', () => {
    expect(framesOf(body.slice(0, body.byteLength - 3))).toHaveLength(3)
    expect(framesOf(chunk(new Uint8Array(40)))).toHaveLength(0)
    expect(framesOf(new ArrayBuffer(2))).toHaveLength(0)
  })

  it('tells when the map was another one', () => {
    expect(new ReplayHour(HOUR, framesOf(body), 5).isOfAnotherMap).toBe(false)
    expect(new ReplayHour(HOUR, framesOf(body), 6).isOfAnotherMap).toBe(true)
  })
})
