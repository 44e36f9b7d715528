/** How a number is written on screen: decimals, thousands, big units, nothing instead of NaN. */
import { bigUnit } from './units'

export const NOTHING = '—'

export type Maybe<T> = T | null | undefined

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

const FORMATS = new Map<number, Intl.NumberFormat>()

function grouped(decimals: number): Intl.NumberFormat {
  let format = FORMATS.get(decimals)
  if (!format) {
    format = new Intl.NumberFormat('zh-CN', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    FORMATS.set(decimals, format)
  }
  return format
}

/** `1234.5 → 1,234.5`; a missing value is a dash, and what rounds to zero never shows as -0. */
export function formatNumber(value: Maybe<number>, decimals = 0): string {
  if (!isNumber(value)) return NOTHING
  const rounded = Number(value.toFixed(decimals))
  return grouped(decimals).format(rounded === 0 ? 0 : rounded)
}

/** Number and unit as separate parts, so that a page can set the unit smaller. */
export interface Measure {
  number: string
  unit: string
}

/** Parts of a value with its unit; totals that are hard to read get 万 or 亿 (`1.52亿 m²`). */
export function measure(value: Maybe<number>, unit = '', decimals = 0, compact = false): Measure {
  if (!isNumber(value)) return { number: NOTHING, unit }
  if (!compact) return { number: formatNumber(value, decimals), unit }
  const big = bigUnit(value)
  if (big.factor === 1) return { number: formatNumber(value, decimals), unit }
  return { number: formatNumber(value / big.factor, 2), unit: unit ? `${big.prefix} ${unit}` : big.prefix }
}

export function formatMeasure(value: Maybe<number>, unit = '', decimals = 0, compact = false): string {
  const parts = measure(value, unit, decimals, compact)
  if (!parts.unit || parts.number === NOTHING) return parts.number
  return parts.unit === '%' || parts.unit === '℃' ? parts.number + parts.unit : `${parts.number} ${parts.unit}`
}

/** A ratio 0–1 as a percentage. */
export function formatRatio(ratio: Maybe<number>, decimals = 1): string {
  return isNumber(ratio) ? `${formatNumber(ratio * 100, decimals)}%` : NOTHING
}

/** Bytes a reader can grasp: `1536 → 1.5 KiB`. */
export function formatBytes(bytes: Maybe<number>): string {
  if (!isNumber(bytes)) return NOTHING
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let step = 0
  while (Math.abs(value) >= 1024 && step < units.length - 1) {
    value /= 1024
    step += 1
  }
  return `${formatNumber(value, step === 0 ? 0 : 1)} ${units[step]}`
}
