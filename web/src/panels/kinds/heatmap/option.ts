/** A field of values by row and column as colours. */
import type { EChartsOption } from 'echarts'
import type { Schemas } from '@/api/types'
import { formatMeasure, isNumber } from '@/kernel/format'
import { axisStyle, baseOption, tooltip, type ChartLook } from '@/ui/chartLook'

/** What a high value means decides the colours; where it means neither good nor bad, one hue says how much. */
export function ramp(sense: Schemas['Heatmap']['sense'], { tokens }: ChartLook): string[] {
  const bad = [tokens.level1, tokens.level2, tokens.level3, tokens.ok]
  if (sense === 'higher_is_better') return bad
  return sense === 'higher_is_worse' ? bad.reverse() : [tokens.panelRaised, tokens.level4, tokens.accent]
}

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
      min: map.low ?? (known.length ? Math.min(...known) : 0),
      max: map.high ?? (known.length ? Math.max(...known) : 1),
      calculable: true,
      orient: 'horizontal',
      left: 'center',
      bottom: 0,
      itemHeight: 120,
      itemWidth: 12,
      inRange: { color: ramp(map.sense, look) },
      textStyle: { color: look.tokens.textMuted },
    },
    series: [{ type: 'heatmap', data: cells.filter(([, , value]) => isNumber(value)) as [number, number, number][] }],
  }
}

function escape(text: string | undefined): string {
  return (text ?? '').replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)
}
