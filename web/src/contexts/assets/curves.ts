/** Curves of an object as one chart: its lines, the outdoor temperature, and the stretches one should not trust. */
import type { Schemas } from '@/api/types'
import type { Span } from '@/kernel/time'
import { MINUTE_S, formatDuration, formatMinute } from '@/kernel/time'
import type { Band, ChartLine, ChartPoints, SeriesChart } from '@/panels/kinds/series/option'
import type { Curve, ObjectSeries } from './queries'

type Gap = Schemas['Gap']

/** What a stretch without trusted values is called. */
const REASONS: Readonly<Record<string, string>> = { silent: '通讯中断', bad: '数据异常', missing: '数据缺失' }

/** Verdict of a value that a person called sound: nothing was put in its place. */
const CONFIRMED = 5

/** Cleaned values further apart than this many buckets belong to different stretches. */
const GAP_BUCKETS = 3

/** So few cleaned values would be hard to find as a thin line. */
const FEW_CLEANED = 60

/** A label narrower than this share of the chart would only be clutter. */
const LABELLED_SHARE = 0.04

function joined(stretches: readonly Span[]): Span[] {
  const result: Span[] = []
  for (const { start, end } of [...stretches].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1)
    if (last && start <= last.end) last.end = Math.max(last.end, end)
    else result.push({ start, end })
  }
  return result
}

function covered(stretch: Span, by: readonly Span[]): boolean {
  return by.some(({ start, end }) => start <= stretch.start && stretch.end <= end)
}

/** Stretches of all lines joined by reason; what lies within a communication loss is not told twice. */
function doubts(gaps: readonly Gap[]): [string, Span[]][] {
  const of = (reason: string): Span[] => joined(gaps.filter((gap) => gap.reason === reason))
  const silent = of('silent')
  const others = ['bad', 'missing'].map((reason): [string, Span[]] => [reason, of(reason).filter((one) => !covered(one, silent))])
  return [['silent', silent], ...others]
}

export function bandsOf(gaps: readonly Gap[], span: Span): Band[] {
  const least = (span.end - span.start) * LABELLED_SHARE
  return doubts(gaps).flatMap(([reason, stretches]) =>
    stretches.map(({ start, end }) => ({ start, end, label: end - start >= least ? (REASONS[reason] ?? reason) : '' })),
  )
}

/** How often and how long in words: on a long span a lost hour is too thin to be seen, and not everybody sees colours. */
export function doubtSummary(gaps: readonly Gap[]): string[] {
  return doubts(gaps)
    .filter(([, stretches]) => stretches.length)
    .map(([reason, stretches]) => {
      const seconds = stretches.reduce((sum, { start, end }) => sum + end - start, 0)
      return `${REASONS[reason] ?? reason} ${stretches.length} 段，共${formatDuration(seconds)}`
    })
}

type Line = Schemas['SeriesLine']
type Marks = Schemas['SeriesMarks']

/** Cleaned values over what was received, dashed; far apart they are different stretches. */
function cleanedLine({ zh, unit }: Line, { cleaned }: Marks, width_s: number): ChartLine[] {
  if (!cleaned.times.length) return []
  const times: number[] = []
  const values: (number | null)[] = []
  cleaned.times.forEach((time, i) => {
    const last = times.at(-1)
    if (last !== undefined && time - last > GAP_BUCKETS * Math.max(width_s, MINUTE_S)) {
      times.push(last + 1)
      values.push(null)
    }
    times.push(time)
    values.push(cleaned.values[i] ?? null)
  })
  return [{ name: `${zh} 清洗值`, unit, values, times, dashed: true, colour: 'ok', symbols: times.length <= FEW_CLEANED }]
}

/** Received values that broke a rule: red where the value was thrown away or replaced, amber where it is only doubted. */
function oddPoints({ zh, unit }: Line, { signal, hits, cleaned }: Marks, gaps: readonly Gap[]): ChartPoints[] {
  const replaced = new Set(cleaned.times.filter((_, i) => cleaned.verdicts[i] !== CONFIRMED))
  const bad = gaps.filter((gap) => gap.signal === signal && gap.reason === 'bad')
  const isBad = (time: number): boolean => replaced.has(time) || bad.some(({ start, end }) => start <= time && time < end)
  const points = hits.times.map((time, i) => [time, hits.values[i] ?? null] as const).filter(([, value]) => value !== null)
  const sets: ChartPoints[] = [
    { name: `${zh} 异常原值`, unit, colour: 'level1', points: points.filter(([time]) => isBad(time)) },
    { name: `${zh} 可疑值`, unit, colour: 'level3', points: points.filter(([time]) => !isBad(time)) },
  ]
  return sets.filter((set) => set.points.length)
}

export function chartOf(series: ObjectSeries, outdoor: Curve | null, span: Span): SeriesChart {
  const lines: ChartLine[] = series.lines.map(({ zh, unit, values }) => ({ name: zh, unit, values, dashed: false }))
  const marked = series.lines.flatMap((line) => series.marks.filter(({ signal }) => signal === line.signal).map((marks) => [line, marks] as const))
  lines.push(...marked.flatMap(([line, marks]) => cleanedLine(line, marks, series.width_s)))
  if (outdoor) lines.push({ ...outdoor.line, times: outdoor.times })
  const points = marked.flatMap(([line, marks]) => oddPoints(line, marks, series.gaps))
  return { times: series.times, lines, points, bands: bandsOf(series.gaps, span), span, zoom: true }
}

/** Rows of the curve's table: time and one column a signal. */
export function curveRows(series: ObjectSeries): (string | number | null)[][] {
  const head = ['时间', ...series.lines.map(({ zh, unit }) => (unit ? `${zh} (${unit})` : zh))]
  return [head, ...series.times.map((time, i) => [formatMinute(time), ...series.lines.map(({ values }) => values[i] ?? null)])]
}
