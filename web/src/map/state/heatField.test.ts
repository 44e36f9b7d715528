import { describe, expect, it } from 'vitest'
import type { RampLegend } from '../manifest'
import { heatField } from './heatField'

const legend: RampLegend = { type: 'ramp', low: 14, high: 28, unit: '℃', colours: ['#0000ff', '#ff0000'], marks: [] }

/** A cold west and a warm east, ten by ten objects each. */
function town(): { places: Float64Array; states: Uint8Array } {
  const places = new Float64Array(2 * 401).fill(Number.NaN)
  const states = new Uint8Array(401)
  for (let i = 0; i < 400; i++) {
    places[2 * (i + 1)] = 125 + 0.01 * (i % 20)
    places[2 * (i + 1) + 1] = 43.8 + 0.01 * Math.floor(i / 20)
    states[i + 1] = i % 20 < 10 ? 1 : 250
  }
  return { places, states }
}

describe('heatField', () => {
  it('is cold where it is cold, warm where it is warm, and clear outside', () => {
    const { places, states } = town()
    const field = heatField(places, states, legend, 60)!
    const pixel = (x: number, y: number): number[] => [...field.pixels.subarray(4 * (y * field.width + x), 4 * (y * field.width + x) + 4)]
    const middle = Math.round(field.height / 2)
    const [west, east] = [pixel(12, middle), pixel(47, middle)]
    expect(west[2]).toBeGreaterThan(240)
    expect(east[0]).toBeGreaterThan(240)
    expect(east[3]).toBeGreaterThan(100)
    expect(pixel(0, 0)[3]).toBe(0)
  })

  it('lies over the objects it is made of', () => {
    const { places, states } = town()
    const [west, south, east, north] = heatField(places, states, legend)!.bounds
    expect(west).toBeLessThan(125)
    expect(east).toBeGreaterThan(125.19)
    expect(south).toBeLessThan(43.8)
    expect(north).toBeGreaterThan(43.99)
  })

  it('is none where nothing is known', () => {
    expect(heatField(town().places, new Uint8Array(401), legend)).toBeNull()
  })
})
