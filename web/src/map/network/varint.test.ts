import { describe, expect, it } from 'vitest'
import { decodeDeltas, decodeVarints } from './varint'

describe('varints', () => {
  it('reads one to five bytes, least significant group first', () => {
    const bytes = Uint8Array.of(0x00, 0x7f, 0x80, 0x01, 0xac, 0x02, 0xff, 0xff, 0xff, 0xff, 0x0f)
    expect([...decodeVarints(bytes, 5)]).toEqual([0, 127, 128, 300, 2 ** 32 - 1])
  })

  it('sums zigzag differences', () => {
    // 125300000, then -5, then +7
    const first = 125_300_000 * 2
    const bytes: number[] = []
    for (let rest = first; rest > 0; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | (rest >= 128 ? 0x80 : 0))
    expect([...decodeDeltas(Uint8Array.of(...bytes, 9, 14), 3)]).toEqual([125_300_000, 125_299_995, 125_300_002])
  })

  it('refuses data that is too short or too long', () => {
    expect(() => decodeVarints(Uint8Array.of(0x80), 1)).toThrow(RangeError)
    expect(() => decodeVarints(Uint8Array.of(1, 2), 1)).toThrow(RangeError)
    expect(decodeVarints(new Uint8Array(), 0)).toHaveLength(0)
  })
})
