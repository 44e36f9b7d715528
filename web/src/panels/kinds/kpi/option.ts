/** The small trend line beside a number, as points of an SVG polyline. */
import { isNumber } from '@/kernel/format'

/** Runs of points, broken at missing values; `width` × `height` with the highest value at the top. */
export function trendRuns(trend: readonly (number | null)[], width: number, height: number): string[] {
  const known = trend.filter(isNumber)
  if (known.length < 2) return []
  const low = Math.min(...known)
  const span = Math.max(...known) - low || 1
  const runs: string[][] = [[]]
  trend.forEach((value, i) => {
    if (!isNumber(value)) {
      runs.push([])
      return
    }
    const x = (i / (trend.length - 1)) * width
    const y = height - ((value - low) / span) * height
    runs.at(-1)?.push(`${x.toFixed(1)},${y.toFixed(1)}`)
  })
  return runs.filter((run) => run.length > 1).map((run) => run.join(' '))
}
