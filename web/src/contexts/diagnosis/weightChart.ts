/** The weights of an expected value as a chart: one line a feature over the hours of the day, or bars where hours share them. */
import type { EChartsOption } from 'echarts'
import { formatNumber, isNumber } from '@/kernel/format'
import { axisStyle, baseOption, legend, tooltip, type ChartLook } from '@/ui/chartLook'
import type { ObjectParameters } from './modelQueries'
import { featureWord } from './modelWords'

type Expectation = ObjectParameters['expectations'][number]

/** The constant is far larger than all others: it would flatten them. */
const CONSTANT = 'one'

export function weightsOption({ features, theta, unit }: Expectation, look: ChartLook): EChartsOption {
  const drawn = features.map((name, i) => ({ name, i })).filter(({ name }) => name !== CONSTANT)
  const byHour = theta.length > 1
  const common = {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'axis' as const, valueFormatter: (value: unknown) => formatNumber(isNumber(value) ? value : null, 4) },
  }
  if (!byHour) {
    return {
      ...common,
      grid: { top: 24, left: 8, right: 24, bottom: 8, containLabel: true },
      xAxis: { type: 'value', name: unit, ...axisStyle(look) },
      yAxis: { type: 'category', inverse: true, data: drawn.map(({ name }) => featureWord(name)), ...axisStyle(look), splitLine: { show: false } },
      series: [{ type: 'bar', name: '系数', barMaxWidth: 14, color: look.tokens.accent, data: drawn.map(({ i }) => theta[0]?.[i] ?? null) as number[] }],
    }
  }
  return {
    ...common,
    legend: legend(look),
    grid: { top: 52, left: 8, right: 16, bottom: 24, containLabel: true },
    xAxis: { type: 'category', data: theta.map((_, hour) => `${hour}时`), ...axisStyle(look), splitLine: { show: false } },
    yAxis: { type: 'value', name: `${unit}/单位`, scale: true, ...axisStyle(look) },
    series: drawn.map(({ name, i }) => ({ type: 'line' as const, name: featureWord(name), showSymbol: false, lineStyle: { width: 1.6 }, data: theta.map((row) => row[i] ?? null) })),
  }
}
