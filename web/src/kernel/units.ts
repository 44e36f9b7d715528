/** What may be said about units: big counts, axes that belong together. */

export interface BigUnit {
  factor: number
  prefix: string
}

/** Chinese counting steps: 万 from ten thousand, 亿 from a hundred million. */
export function bigUnit(value: number): BigUnit {
  const size = Math.abs(value)
  if (size >= 1e8) return { factor: 1e8, prefix: '亿' }
  if (size >= 1e5) return { factor: 1e4, prefix: '万' }
  return { factor: 1, prefix: '' }
}

/** Distinct units in the order they first appear: one value axis each. */
export function axisUnits(units: readonly string[]): string[] {
  return [...new Set(units)]
}
