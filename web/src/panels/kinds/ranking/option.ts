/** Lengths of the bars of a ranking. */
import { isNumber, type Maybe } from '@/kernel/format'

/** Share 0–1 of the longest bar, by size; missing values have no bar. */
export function barShares(values: readonly Maybe<number>[]): number[] {
  const longest = Math.max(0, ...values.filter(isNumber).map(Math.abs))
  return values.map((value) => (isNumber(value) && longest > 0 ? Math.abs(value) / longest : 0))
}
