import { describe, expect, it } from 'vitest'
import type { ClassLegend, RampLegend } from '@/map/manifest'
import { countsOf, entriesOf, leftOut, ticks } from './legend'

const ramp: RampLegend = { type: 'ramp', low: 14, high: 28, unit: '℃', colours: ['#0000ff', '#ff0000'], marks: [18, 24, 99] }
const years: RampLegend = { ...ramp, low: 1980, high: 2030, unit: '年', marks: [1990, 2020] }
const classes: ClassLegend = {
  type: 'classes',
  classes: [
    { state: 1, zh: '正常', colour: '#00ff00', attention: 0 },
    { state: 5, zh: 'Ⅰ级', colour: '#ff0000', attention: 4 },
  ],
}
/** Five objects, the third without a place. */
const places = Float64Array.from([0, 0, 1, 1, Number.NaN, Number.NaN, 3, 3, 4, 4])

describe('legend', () => {
  it('divides a ramp at its marks, without a gap and without an overlap', () => {
    const bands = entriesOf(ramp)
    expect(bands.map(({ zh }) => zh)).toEqual(['低于 18', '18–24', '24 以上', '无数据'])
    const states = bands.slice(0, 3)
    expect(states[0]!.from).toBe(1)
    expect(states[2]!.to).toBe(250)
    expect(states[1]!.from).toBe(states[0]!.to + 1)
    expect(states[2]!.from).toBe(states[1]!.to + 1)
    expect(entriesOf(years).map(({ zh }) => zh)).toEqual(['早于 1990', '1990–2020', '2020 以后', '无数据'])
    expect(ticks(ramp).map(({ value }) => value)).toEqual([14, 18, 24, 28])
  })

  it('counts what is on the map', () => {
    expect(countsOf(entriesOf(classes), Uint8Array.from([1, 5, 5, 1, 0]), places)).toEqual([2, 1])
    expect(countsOf(entriesOf(ramp), Uint8Array.from([1, 250, 9, 130, 0]), places)).toEqual([1, 1, 1, 1])
  })

  it('leaves out what is not chosen, and nothing while nothing is', () => {
    const states = Uint8Array.from([1, 5, 0, 1])
    expect(leftOut(entriesOf(classes), new Set(['5']), states)).toEqual([0, 2, 3])
    expect(leftOut(entriesOf(classes), new Set(), states)).toEqual([])
  })
})
