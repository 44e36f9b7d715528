/** A field of values by row and column as colours. */
import type { EChartsOption } from 'echarts'
import type { Schemas } from '@/api/types'
import { formatMeasure, isNumber } from '@/kernel/format'
import { axisStyle, baseOption, tooltip, type ChartLook } from '@/ui/chartLook'

const RAMP = ['#2b5fd9', '#21a7d6', '#39c98f', '#f0d24a', '#f08a3c', '#e0384c']

export type Cell = [column: number, row: number, value: number | null]

export function heatmapCells(values: Schemas['Heatmap']['values']): Cell[] {
  return values.flatMap((row, y) => row.map((value, x): Cell => [x, y, value]))
}

export function heatmapOption(map: Schemas['Heatmap'], look: ChartLook): EChartsOption {
  const cells = heatmapCells(map.values)
  const known = cells.map(([, , value]) => value).filter(isNumber)
  return {
    ...baseOption(look),
    tooltip: {
      ...tooltip(look),
      formatter: (params) => {
        const [x, y, value] = (params as unknown as { value: Cell }).value
        return `${escape(map.rows[y])} ${escape(map.columns[x])}<br>${formatMeasure(value, map.unit, 1)}`
      },
    },
    grid: { top: 8, left: 8, right: 8, bottom: 44, containLabel: true },
    xAxis: { type: 'category', data: [...map.columns], ...axisStyle(look), splitLine: { show: false } },
    yAxis: { type: 'category', data: [...map.rows], inverse: true, ...axisStyle(look), splitLine: { show: false } },
    visualMap: {
      min: known.length ? Math.min(...known) : 0,
      max: known.length ? Math.max(...known) : 1,
      calculable: true,
      orient: 'horizontal',
      left: 'center',
      bottom: 0,
      itemHeight: 120,
      itemWidth: 12,
      inRange: { color: RAMP },
      textStyle: { color: look.tokens.textMuted },
    },
    series: [{ type: 'heatmap', data: cells.filter(([, , value]) => isNumber(value)) as [number, number, number][] }],
  }
}

function escape(text: string | undefined): string {
  return (text ?? '').replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)
}
