/** Moments of a replay: what the slider spans, where gaps are, which moment comes next. */
import type { ReplayIndex } from './replayQueries'

export interface Range {
  from: number
  until: number
}

/** The stretch that the slider covers: the last 72 hours before the newest picture, as far as anything is kept. */
export function rangeOf({ spans, window_s }: ReplayIndex): Range | null {
  const [first, last] = [spans[0], spans.at(-1)]
  if (!first || !last) return null
  return { from: Math.max(first.start, last.until - window_s), until: last.until }
}

export interface Gap {
  /** Place and width along the slider, 0–100. */
  left: number
  width: number
}

export function gapsOf({ spans }: ReplayIndex, { from, until }: Range): Gap[] {
  const percent = (time: number): number => (100 * (Math.max(time, from) - from)) / Math.max(1, until - from)
  return spans
    .slice(1)
    .map(({ start }, i) => ({ left: percent(spans[i]!.until), width: percent(start) - percent(spans[i]!.until) }))
    .filter(({ width }) => width > 0)
}

/** Is nothing kept of the moment?  Between two pictures of one stretch the earlier one holds. */
export function isGap({ spans, step_s }: ReplayIndex, time: number): boolean {
  return !spans.some(({ start, until }) => time >= start && time < until + step_s)
}

/** `time` moved by so many steps of the theme, kept within the range; at its end playing ends. */
export function stepped(range: Range, time: number, steps: number, step_s: number): number {
  const aligned = range.from + Math.round((time - range.from) / step_s) * step_s
  return Math.min(range.until, Math.max(range.from, aligned + steps * step_s))
}

/** The next moment while playing: over a gap in one leap, nobody wants to watch nothing. */
export function played(index: ReplayIndex, range: Range, time: number, seconds: number): number {
  const next = time + Math.max(index.step_s, seconds)
  if (next >= range.until) return range.until
  if (!isGap(index, next)) return next
  return index.spans.find(({ start }) => start > next)?.start ?? range.until
}
