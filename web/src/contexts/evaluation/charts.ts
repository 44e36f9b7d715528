/** Scores as charts: each builds on a panel kind, from the evaluation's own answers. */
import type { EChartsOption } from 'echarts'
import { gaugeOption } from '@/panels/kinds/gauge/option'
import { heatmapOption } from '@/panels/kinds/heatmap/option'
import { radarOption } from '@/panels/kinds/radar/option'
import type { ChartLook, Tone } from '@/ui/chartLook'
import { axisStyle, baseOption, legend, tooltip } from '@/ui/chartLook'
import type { Model, Score, Trend, Words } from './queries'

const TONES: readonly Tone[] = ['good', 'neutral', 'warning', 'critical']
const POINTS = '分'
/** Points below this look alike in a heat map: what differs lies above. */
const LOWEST_SHOWN = 50

/** The tone of a grade: the best is good, the last one critical. */
export function gradeTone(grade: string, grades: Model['grades']): Tone {
  const at = grades.findIndex(({ code }) => code === grade)
  return at < 0 ? 'neutral' : (TONES[Math.min(at, TONES.length - 1)] ?? 'neutral')
}

export function scoreGauge(score: Score, grades: Model['grades'], look: ChartLook): EChartsOption {
  const word = grades.find(({ code }) => code === score.grade)?.zh ?? ''
  const measure = {
    label: `${score.name}${score.grade ? ` · ${score.grade} ${word}` : ''}`,
    value: score.total,
    unit: POINTS,
    decimals: 2,
    change: score.change,
    tone: gradeTone(score.grade, grades),
  }
  return gaugeOption({ kind: 'gauge', measure, low: 0, high: 100, target: grades[0]?.low ?? null }, look)
}

export function dimensionRadar(scores: readonly Score[], words: Words, look: ChartLook): EChartsOption {
  const keys = Object.keys(words.dimensions)
  return radarOption(
    {
      kind: 'radar',
      axes: Object.values(words.dimensions),
      highs: keys.map(() => 100),
      lines: scores.map(({ name, points }) => ({ name, unit: POINTS, values: keys.map((key) => points[key] ?? null), dashed: false })),
    },
    look,
  )
}

/** Companies × dimensions; red is bad here, and the colours begin where scores begin to differ. */
export function dimensionHeatmap(scores: readonly Score[], words: Words, look: ChartLook): EChartsOption {
  const keys = Object.keys(words.dimensions)
  const known = scores.flatMap(({ points, total }) => [...Object.values(points), total]).filter((one) => typeof one === 'number')
  return heatmapOption(
    {
      kind: 'heatmap',
      unit: POINTS,
      sense: 'higher_is_better',
      low: Math.floor(Math.max(LOWEST_SHOWN, Math.min(...known, 95))),
      high: 100,
      columns: [...Object.values(words.dimensions), '总分'],
      rows: scores.map(({ name }) => name),
      values: scores.map(({ points, total }) => [...keys.map((key) => points[key] ?? null), total]),
    },
    look,
  )
}

/** Totals by period: periods are names, so that a day and a season are equally wide. */
export function trendOption(trends: readonly Trend[], look: ChartLook): EChartsOption {
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'axis' },
    legend: { ...legend(look), show: trends.length > 1 },
    grid: { top: trends.length > 1 ? 36 : 20, left: 8, right: 16, bottom: 8, containLabel: true },
    xAxis: { type: 'category', data: [...(trends[0]?.periods ?? [])], ...axisStyle(look), splitLine: { show: false } },
    yAxis: { type: 'value', name: POINTS, scale: true, max: 100, ...axisStyle(look) },
    series: trends.map(({ name, totals }, i) => ({
      type: 'line' as const,
      name,
      data: [...totals],
      symbolSize: 6,
      connectNulls: false,
      lineStyle: { width: 2, type: i ? ('dashed' as const) : ('solid' as const) },
    })),
  }
}
