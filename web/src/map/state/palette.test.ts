import { describe, expect, it } from 'vitest'
import type { ClassLegend, RampLegend } from '../manifest'
import { attentionOf, hexOf, paletteOf, rampColour, rgbOf, valueOf } from './palette'

const classes: ClassLegend = {
  type: 'classes',
  classes: [
    { state: 0, zh: '无数据', colour: '#5a6f8c', attention: 0 },
    { state: 1, zh: '正常', colour: '#2fe0a2', attention: 0 },
    { state: 5, zh: 'Ⅰ级', colour: '#ff4d5e', attention: 4 },
  ],
}
const ramp: RampLegend = { type: 'ramp', low: 14, high: 28, unit: '℃', colours: ['#000000', '#808080', '#ffffff'], marks: [18] }
const entry = (palette: Uint8Array, state: number): number[] => [...palette.subarray(4 * state, 4 * state + 4)]

describe('palette', () => {
  it('covers with an alarm wholly and with a normal state only a little', () => {
    const palette = paletteOf(classes)
    expect(entry(palette, 5)).toEqual([255, 77, 94, 255])
    expect(entry(palette, 1)[3]).toBeLessThan(128)
    expect(entry(palette, 2)[3]).toBe(0)
    expect(attentionOf(classes)[5]).toBe(4)
  })

  it('runs a ramp from its first colour to its last', () => {
    const palette = paletteOf(ramp)
    expect(entry(palette, 1).slice(0, 3)).toEqual([0, 0, 0])
    expect(entry(palette, 250).slice(0, 3)).toEqual([255, 255, 255])
    expect(valueOf(ramp, 1)).toBe(14)
    expect(valueOf(ramp, 250)).toBe(28)
    expect(valueOf(ramp, 0)).toBeNaN()
  })

  it('covers nothing without a theme', () => {
    expect(paletteOf(null).every((part) => part === 0)).toBe(true)
  })

  it('mixes neighbours of a ramp and clamps its ends', () => {
    expect(hexOf(rampColour(ramp.colours, 0.25))).toBe('#404040')
    expect(hexOf(rampColour(ramp.colours, 7))).toBe('#ffffff')
    expect(rgbOf('#0a1c34')).toEqual([10, 28, 52])
  })
})
