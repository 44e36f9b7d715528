/** Supply over outdoor temperature as a chart: the curve in force, the one recommended, and where it is run now. */
import type { EChartsOption } from 'echarts'
import { formatMeasure, isNumber, type Maybe } from '@/kernel/format'
import { axisStyle, baseOption, legend, tooltip, type ChartLook } from '@/ui/chartLook'

export type Points = readonly (readonly number[])[]

export interface SupplyCurves {
  inForce: Points
  recommended: Points
  /** Where the object is now, if both are known. */
  now?: { outdoor: Maybe<number>; supply: Maybe<number> }
}

/** A curve given as two lists; points that are not known are left out. */
export function pointsOf(outdoor: readonly number[], supply: readonly (number | null)[]): [number, number][] {
  return outdoor.flatMap((x, i) => {
    const y = supply[i]
    return isNumber(y) ? [[x, y] as [number, number]] : []
  })
}

export function supplyCurveOption({ inForce, recommended, now }: SupplyCurves, look: ChartLook): EChartsOption {
  const { accent, ok, level2 } = look.tokens
  const degrees = { valueFormatter: (value: unknown) => formatMeasure(isNumber(value) ? value : null, '℃', 1) }
  const curve = (name: string, points: Points, color: string, dashed: boolean) => ({
    type: 'line' as const,
    name,
    data: points.map(([x = 0, y = 0]) => [x, y]),
    color,
    // Few points are breakpoints: they are what people set.
    showSymbol: points.length <= 8,
    symbolSize: 7,
    lineStyle: { width: 2.2, type: dashed ? ('dashed' as const) : ('solid' as const) },
    tooltip: degrees,
  })
  const here = isNumber(now?.outdoor) && isNumber(now.supply) ? [[now.outdoor, now.supply]] : []
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'axis', axisPointer: { type: 'line' } },
    legend: legend(look),
    grid: { top: 44, left: 8, right: 24, bottom: 26, containLabel: true },
    xAxis: { type: 'value', name: '室外温度 ℃', nameLocation: 'middle', nameGap: 26, scale: true, ...axisStyle(look), axisLine: { onZero: false, lineStyle: { color: look.tokens.line } } },
    yAxis: { type: 'value', name: '供水温度 ℃', scale: true, ...axisStyle(look), axisLine: { onZero: false, lineStyle: { color: look.tokens.line } } },
    series: [
      ...(inForce.length ? [curve('在用曲线', inForce, accent, false)] : []),
      ...(recommended.length ? [curve('推荐曲线', recommended, ok, true)] : []),
      ...(here.length ? [{ type: 'scatter' as const, name: '当前', data: here, color: level2, symbolSize: 12, z: 5, tooltip: degrees }] : []),
    ],
  }
}
