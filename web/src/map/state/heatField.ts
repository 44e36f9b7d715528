/** A smooth picture of a measured quantity over the ground: means of near objects, fading where there are none. */
import type { RampLegend } from '../manifest'
import { rampColour, valueOf } from './palette'

export interface HeatField {
  width: number
  height: number
  /** RGBA, rows from north to south. */
  pixels: Uint8ClampedArray<ArrayBuffer>
  /** West, south, east, north. */
  bounds: readonly [number, number, number, number]
}

/** Cells an object's warmth reaches; with three passes of a box blur the reach looks like a bell. */
const RADIUS = 2
const PASSES = 3
/** Share of the mean weight at which the picture covers the ground wholly. */
const DENSE = 0.6
const OPACITY = 190
const LEAST = 1e-4
/** What is fainter than this share of `dense` is left clear. */
const FAINT = 0.02

/** Longitudes and latitudes by object number (NaN: none), a state byte each, on a grid `width` cells wide. */
export function heatField(places: Float64Array, states: Uint8Array, legend: RampLegend, width = 220): HeatField | null {
  const bounds = boundsOf(places, states)
  if (!bounds) return null
  const [west, south, east, north] = bounds
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const height = Math.max(8, Math.min(2 * width, Math.round((width * (north - south)) / ((east - west) * squeeze))))
  const sums = new Float32Array(width * height)
  const weights = new Float32Array(width * height)
  const y = (lat: number): number => Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) // the picture lies on Mercator's map
  const [top, bottom] = [y(north), y(south)]
  for (let n = 0; n < states.length; n++) {
    const value = valueOf(legend, states[n]!)
    if (Number.isNaN(value) || Number.isNaN(places[2 * n]!)) continue
    const column = Math.floor(((places[2 * n]! - west) / (east - west)) * (width - 1))
    const row = Math.floor(((top - y(places[2 * n + 1]!)) / (top - bottom)) * (height - 1))
    if (column < 0 || row < 0 || column >= width || row >= height) continue
    sums[row * width + column]! += value
    weights[row * width + column]! += 1
  }
  for (let pass = 0; pass < PASSES; pass++) for (const grid of [sums, weights]) blur(grid, width, height)
  return { width, height, pixels: paint(sums, weights, legend), bounds }
}

/** Where the bulk of the known objects lies: a few far away must not make the rest a speck. */
function boundsOf(places: Float64Array, states: Uint8Array): HeatField['bounds'] | null {
  const lon: number[] = []
  const lat: number[] = []
  for (let n = 0; n < states.length; n++) {
    if (!states[n] || Number.isNaN(places[2 * n]!)) continue
    lon.push(places[2 * n]!)
    lat.push(places[2 * n + 1]!)
  }
  if (lon.length === 0) return null
  const at = (sorted: Float64Array, share: number): number => sorted[Math.round(share * (sorted.length - 1))]!
  const [x, y] = [Float64Array.from(lon).sort(), Float64Array.from(lat).sort()]
  const [low, high] = [0.03, 0.97]
  const margin = Math.max(0.01, 0.1 * Math.max(at(x, high) - at(x, low), at(y, high) - at(y, low)))
  return [at(x, low) - margin, at(y, low) - margin, at(x, high) + margin, at(y, high) + margin]
}

/** One box blur along rows, then along columns. */
function blur(grid: Float32Array, width: number, height: number): void {
  for (let row = 0; row < height; row++) run(grid, row * width, 1, width)
  for (let column = 0; column < width; column++) run(grid, column, width, height)
}

function run(grid: Float32Array, first: number, step: number, count: number): void {
  const line = new Float32Array(count)
  for (let i = 0; i < count; i++) line[i] = grid[first + i * step]!
  let sum = 0
  for (let i = 0; i < Math.min(RADIUS, count); i++) sum += line[i]!
  for (let i = 0; i < count; i++) {
    sum += line[i + RADIUS] ?? 0
    grid[first + i * step] = sum / (2 * RADIUS + 1)
    sum -= line[i - RADIUS] ?? 0
  }
}

function paint(sums: Float32Array, weights: Float32Array, legend: RampLegend): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * sums.length)
  const known = weights.filter((weight) => weight >= LEAST)
  const dense = (DENSE * known.reduce((sum, weight) => sum + weight, 0)) / Math.max(1, known.length)
  for (let i = 0; i < sums.length; i++) {
    if (weights[i]! < Math.max(LEAST, FAINT * dense)) continue
    const share = (sums[i]! / weights[i]! - legend.low) / (legend.high - legend.low)
    const [r, g, b] = rampColour(legend.colours, share)
    pixels.set([r, g, b, OPACITY * Math.min(1, weights[i]! / dense)], 4 * i)
  }
  return pixels
}
