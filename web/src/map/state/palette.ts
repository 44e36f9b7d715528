/** Which colour a state byte has under a theme: 256 × RGBA, alpha = how strongly it covers the object's own colour. */
import type { Legend, RampLegend } from '../manifest'

export type Rgb = readonly [number, number, number]

export const RAMP_STATES = 250
const NORMAL_STATE = 1

/** Alarms and losses cover the object's own colour; a normal object only takes a tint of its state, layer by layer. */
const NORMAL_STRENGTH = 0.42
const RAMP_STRENGTH = 0.92
const UNKNOWN_STRENGTH = 0.62
const UNKNOWN: Rgb = [74, 94, 122]

export function rgbOf(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16)
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
}

export const hexOf = (rgb: Rgb): string => `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`

/** Colour of a share 0–1 along a ramp. */
export function rampColour(colours: readonly string[], share: number): Rgb {
  const at = Math.min(1, Math.max(0, share)) * (colours.length - 1)
  const low = Math.min(Math.floor(at), colours.length - 2)
  const from = rgbOf(colours[low]!)
  const to = rgbOf(colours[low + 1]!)
  const t = at - low
  return [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t, from[2] + (to[2] - from[2]) * t]
}

/** The 256 colours of a legend; of no legend (plain infrastructure): nothing covers anything. */
export function paletteOf(legend: Legend | null): Uint8Array<ArrayBuffer> {
  const palette = new Uint8Array(256 * 4)
  const put = (state: number, [r, g, b]: Rgb, strength: number): void =>
    palette.set([Math.round(r), Math.round(g), Math.round(b), Math.round(strength * 255)], 4 * state)
  if (legend?.type === 'classes') {
    for (const { state, colour } of legend.classes) put(state, rgbOf(colour), strengthOf(state))
  } else if (legend) {
    put(0, UNKNOWN, UNKNOWN_STRENGTH)
    for (let state = 1; state <= RAMP_STATES; state++) {
      put(state, rampColour(legend.colours, (state - 1) / (RAMP_STATES - 1)), RAMP_STRENGTH)
    }
  }
  return palette
}

function strengthOf(state: number): number {
  if (state === 0) return UNKNOWN_STRENGTH
  return state === NORMAL_STATE ? NORMAL_STRENGTH : 1
}

/** States that ask for attention, by how much (0 = none). */
export function attentionOf(legend: Legend | null): Uint8Array {
  const attention = new Uint8Array(256)
  if (legend?.type === 'classes') for (const { state, attention: weight } of legend.classes) attention[state] = weight
  return attention
}

/** What a ramp's state byte stands for; NaN for "no state". */
export function valueOf(legend: RampLegend, state: number): number {
  if (state < 1 || state > RAMP_STATES) return Number.NaN
  return legend.low + ((state - 1) / (RAMP_STATES - 1)) * (legend.high - legend.low)
}
