/** Curves of an object as one chart: its lines, the outdoor temperature, and the stretches one should not trust. */
import type { Schemas } from '@/api/types'
import type { Span } from '@/kernel/time'
import { formatDuration, formatMinute } from '@/kernel/time'
import type { Band, ChartLine, SeriesChart } from '@/panels/kinds/series/option'
import type { Curve, ObjectSeries } from './queries'

type Gap = Schemas['Gap']

/** What a stretch without trusted values is called. */
const REASONS: Readonly<Record<string, string>> = { silent: '通讯中断', bad: '数据异常', missing: '数据缺失' }

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

export function chartOf(series: ObjectSeries, outdoor: Curve | null, span: Span): SeriesChart {
  const lines: ChartLine[] = series.lines.map(({ zh, unit, values }) => ({ name: zh, unit, values, dashed: false }))
  if (outdoor) lines.push({ ...outdoor.line, times: outdoor.times })
  return { times: series.times, lines, bands: bandsOf(series.gaps, span), span, zoom: true }
}

/** Rows of the curve's table: time and one column a signal. */
export function curveRows(series: ObjectSeries): (string | number | null)[][] {
  const head = ['时间', ...series.lines.map(({ zh, unit }) => (unit ? `${zh} (${unit})` : zh))]
  return [head, ...series.times.map((time, i) => [formatMinute(time), ...series.lines.map(({ values }) => values[i] ?? null)])]
}
