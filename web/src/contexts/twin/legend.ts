/** How a theme's legend is drawn: swatches of named states, or a colour bar with ticks. */
import type { RampLegend } from '@/map/manifest'

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
