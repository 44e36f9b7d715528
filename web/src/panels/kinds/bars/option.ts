/** Bars over categories as a chart, side by side or stacked. */
import type { EChartsOption } from 'echarts'
import type { Schemas } from '@/api/types'
import { formatMeasure, isNumber } from '@/kernel/format'
import { axisUnits } from '@/kernel/units'
import { axisStyle, baseOption, legend, tooltip, type ChartLook } from '@/ui/chartLook'

const MANY = 12

export function barsOption(bars: Schemas['Bars'], look: ChartLook): EChartsOption {
  const units = axisUnits(bars.lines.map(({ unit }) => unit))
  const many = bars.categories.length > MANY
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'axis', axisPointer: { type: 'shadow' } },
    legend: { ...legend(look), show: bars.lines.length > 1 },
    grid: { top: bars.lines.length > 1 ? 52 : 34, left: 8, right: 12, bottom: 8, containLabel: true },
    xAxis: {
      type: 'category',
      data: [...bars.categories],
      ...axisStyle(look),
      axisLabel: { ...axisStyle(look).axisLabel, rotate: many ? 40 : 0, interval: many ? 'auto' : 0 },
    },
    yAxis: (units.length ? units : ['']).map((unit, i) => ({
      type: 'value' as const,
      name: unit,
      ...axisStyle(look),
      splitLine: { ...axisStyle(look).splitLine, show: i === 0 },
    })),
    series: bars.lines.map((line) => ({
      type: 'bar' as const,
      name: line.name,
      // Only values of one unit may be added up.
      stack: bars.is_stacked ? line.unit || 'all' : undefined,
      yAxisIndex: units.indexOf(line.unit),
      barMaxWidth: 28,
      data: bars.categories.map((_, k) => line.values[k] ?? null),
      tooltip: { valueFormatter: (value: unknown) => formatMeasure(isNumber(value) ? value : null, line.unit, 1) },
    })),
  }
}
