/** How a theme's legend is drawn, counted and used as a filter. */
import type { Legend, RampLegend } from '@/map/manifest'
import { hexOf, rampColour, RAMP_STATES } from '@/map/state/palette'
import { formatNumber } from '@/kernel/format'

export interface Tick {
  value: number
  /** Place along the bar, 0–100. */
  percent: number
}

export function gradientCss({ colours }: RampLegend): string {
  return `linear-gradient(90deg, ${colours.join(', ')})`
}

/** Ends and marks of a ramp, marks outside its range left out. */
export function ticks({ low, high, marks }: RampLegend): Tick[] {
  const inside = marks.filter((mark) => mark > low && mark < high)
  return [low, ...inside, high].map((value) => ({ value, percent: ((value - low) / (high - low)) * 100 }))
}

/** One line of a legend: a named state, or a band of a ramp between two ticks; states `from` to `to`, both in. */
export interface Entry {
  key: string
  zh: string
  colour: string
  from: number
  to: number
}

const UNKNOWN: Entry = { key: '0', zh: '无数据', colour: '#4a5e7a', from: 0, to: 0 }

export function entriesOf(legend: Legend | null): Entry[] {
  if (!legend) return []
  if (legend.type === 'classes') {
    return legend.classes.map(({ state, zh, colour }) => ({ key: String(state), zh, colour, from: state, to: state }))
  }
  const at = ticks(legend)
  const bands = at.slice(1).map(({ value, percent }, i) => band(legend, at[i]!, { value, percent }, i === 0, i === at.length - 2))
  return [...bands, UNKNOWN]
}

function band(legend: RampLegend, low: Tick, high: Tick, isFirst: boolean, isLast: boolean): Entry {
  const state = (percent: number): number => 1 + (percent / 100) * (RAMP_STATES - 1)
  const number = (value: number): string => (legend.unit === '年' ? String(value) : formatNumber(value))
  const zh = isFirst ? `低于 ${number(high.value)}` : isLast ? `${number(low.value)} 以上` : `${number(low.value)}–${number(high.value)}`
  return {
    key: String(low.value),
    zh: legend.unit === '年' ? zh.replace('低于', '早于').replace('以上', '以后') : zh,
    colour: hexOf(rampColour(legend.colours, (low.percent + high.percent) / 200)),
    from: isFirst ? 1 : Math.ceil(state(low.percent)),
    to: isLast ? RAMP_STATES : Math.ceil(state(high.percent)) - 1,
  }
}

/** Objects of each entry among those that have a place on the map. */
export function countsOf(entries: readonly Entry[], states: Uint8Array, places: Float64Array): number[] {
  const found = new Uint32Array(256)
  for (let n = 0; n < states.length; n++) if (!Number.isNaN(places[2 * n] ?? Number.NaN)) found[states[n]!]! += 1
  return entries.map(({ from, to }) => found.subarray(from, to + 1).reduce((sum, count) => sum + count, 0))
}

/** Numbers of the objects whose state is in none of the chosen entries; nobody is left out while none is chosen. */
export function leftOut(entries: readonly Entry[], chosen: ReadonlySet<string>, states: Uint8Array): number[] {
  if (chosen.size === 0) return []
  const kept = new Uint8Array(256)
  for (const { key, from, to } of entries) if (chosen.has(key)) kept.fill(1, from, to + 1)
  const out: number[] = []
  for (let n = 0; n < states.length; n++) if (!kept[states[n]!]) out.push(n)
  return out
}
