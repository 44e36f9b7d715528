/** Findings over time as bars, one row a state or an object, coloured by level. */
import type { EChartsOption } from 'echarts'
import { levelWord } from '@/kernel/levels'
import { formatDuration, formatMinute, wallMs } from '@/kernel/time'
import { axisStyle, baseOption, tooltip, type ChartLook } from '@/ui/chartLook'
import type { Found } from './findingQueries'

export interface Bar {
  row: number
  start: number
  end: number
  found: Found
}

/** Rows in the order of their first finding from above; what still holds ends now. */
export function ganttBars(findings: readonly Found[], rowOf: (one: Found) => string, now: number): { rows: string[]; bars: Bar[] } {
  const rows = [...new Set(findings.map(rowOf))]
  const bars = findings.map((found) => ({ row: rows.indexOf(rowOf(found)), start: found.since, end: Math.max(found.ended ?? now, found.since), found }))
  return { rows, bars }
}

interface Drawing {
  value: (dimension: number) => number
  coord: (point: [number, number]) => [number, number]
  size?: (extent: [number, number]) => number | number[]
}

const ROW_SHARE = 0.55
const LEAST_PX = 4

export function ganttOption(findings: readonly Found[], rowOf: (one: Found) => string, span: { start: number; end: number }, look: ChartLook): EChartsOption {
  const { rows, bars } = ganttBars(findings, rowOf, span.end)
  const colour = (level: number): string => look.tokens[levelWord(level).role]
  return {
    ...baseOption(look),
    useUTC: true,
    tooltip: { ...tooltip(look), trigger: 'item', formatter: (item: unknown) => told(bars[(item as { dataIndex: number }).dataIndex]) },
    grid: { top: 8, left: 8, right: 16, bottom: 8, containLabel: true },
    xAxis: {
      type: 'time',
      min: wallMs(span.start),
      max: wallMs(span.end),
      ...axisStyle(look),
      axisLabel: { ...axisStyle(look).axisLabel, formatter: { day: '{MM}-{dd}', hour: '{HH}:{mm}', month: '{MM}-{dd}' } },
    },
    yAxis: { type: 'category', data: rows, inverse: true, ...axisStyle(look), splitLine: { show: false }, axisLabel: { ...axisStyle(look).axisLabel, width: 150, overflow: 'truncate' } },
    series: [
      {
        type: 'custom',
        encode: { x: [1, 2], y: 0 },
        data: bars.map(({ row, start, end, found }) => [row, wallMs(start), wallMs(end), found.level]),
        renderItem: (_params: unknown, given: unknown) => {
          const api = given as Drawing
          const [left, middle] = api.coord([Math.max(api.value(1), wallMs(span.start)), api.value(0)])
          const [right] = api.coord([api.value(2), api.value(0)])
          const size = api.size?.([0, 1])
          const height = (Array.isArray(size) ? (size[1] ?? 0) : (size ?? 0)) * ROW_SHARE
          const shape = { x: left, y: middle - height / 2, width: Math.max(right - left, LEAST_PX), height, r: 2 }
          return { type: 'rect', shape, style: { fill: colour(api.value(3)), opacity: 0.85 } }
        },
      },
    ],
  }
}

function told(bar: Bar | undefined): string {
  if (!bar) return ''
  const { found, start, end } = bar
  return `${found.name} ${found.state_name}（${found.level_name}）<br>${formatMinute(start)} 起，${found.ended ? '历时' : '已持续'}${formatDuration(end - start)}`
}
