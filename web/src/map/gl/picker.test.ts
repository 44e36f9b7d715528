import { describe, expect, it } from 'vitest'
import { nearestPick, pickMatrix, WINDOW_PX } from './picker'
import { riseAt } from './glRenderer'
import { STATE_WIDTH } from './shaders'
import { StateTexture } from './stateTexture'

const pixel = (x: number, y: number): number => 4 * (y * WINDOW_PX + x)

describe('picking', () => {
  it('takes the id nearest to the middle', () => {
    const pixels = new Uint8Array(4 * WINDOW_PX * WINDOW_PX)
    pixels.set([9, 0, 0, 6], pixel(0, 0))
    pixels.set([0x34, 0x12, 0x01, 6], pixel(5, 4))
    expect(nearestPick(pixels)).toEqual({ code: 5, number: 0x011234 })
    expect(nearestPick(new Uint8Array(pixels.length))).toBeNull()
  })

  it('brings the pixel to the middle of the window', () => {
    const identity = Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0))
    const matrix = pickMatrix(identity, 320, 90, 1280, 720)
    const clipX = (2 * 320.5) / 1280 - 1
    const clipY = (2 * 90.5) / 720 - 1
    expect(matrix[0]! * clipX + matrix[12]!).toBeCloseTo(0, 5)
    expect(matrix[5]! * clipY + matrix[13]!).toBeCloseTo(0, 5)
  })

  it('lets buildings rise between two zooms, and never in two dimensions', () => {
    expect([riseAt(11, true), riseAt(12.3, true), riseAt(15, true)].map((n) => +n.toFixed(2))).toEqual([0, 0.5, 1])
    expect(riseAt(15, false)).toBe(0)
  })
})

describe('StateTexture', () => {
  it('keeps state and flags side by side and ignores numbers it has no place for', () => {
    const texture = new StateTexture(STATE_WIDTH + 5)
    texture.setAll(Uint8Array.of(0, 1, 5))
    texture.setFlag(2, 2, true)
    texture.setFlag(2, 1, true)
    texture.setFlag(2, 2, false)
    texture.set(99_999, 3)
    expect([...texture.pairs.subarray(2, 6)]).toEqual([1, 0, 5, 1])
    texture.clearFlag(1)
    expect(texture.pairs[5]).toBe(0)
  })
})
