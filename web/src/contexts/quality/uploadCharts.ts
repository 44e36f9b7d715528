/** The calendar of uploads as a field of colours: red where little came, green where all did, grey what was imported. */
import type { EChartsOption } from 'echarts'
import { formatRatio, isNumber } from '@/kernel/format'
import { ramp } from '@/panels/kinds/heatmap/option'
import { axisStyle, baseOption, tooltip, type ChartLook } from '@/ui/chartLook'
import type { Calendar } from './uploadQueries'

export type Measured = 'completeness' | 'validity'

const WORDS: Readonly<Record<Measured, string>> = { completeness: '完整率', validity: '有效率' }
/** Days before a sender was connected: nothing was expected of it then. */
const IMPORTED = '历史导入'
/** Below this everything is equally bad: the colours are for telling 95 % from 100 %. */
const WORST = 0.5

function plain(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)
}

export function calendarOption(calendar: Calendar, measured: Measured, look: ChartLook): EChartsOption {
  const cells = calendar[measured].flatMap((row, y) => row.map((value, x): [number, number, number | null] => [x, y, value]))
  const imported = calendar.imported.flatMap((row, y) => row.flatMap((is, x): [number, number, number][] => (is ? [[x, y, 1]] : [])))
  const grey = { show: false, seriesIndex: 1, min: 0, max: 1, inRange: { color: [look.tokens.line, look.tokens.line] } }
  return {
    ...baseOption(look),
    tooltip: {
      ...tooltip(look),
      formatter: (params) => {
        const { seriesName, value: cell } = params as unknown as { seriesName: string; value: [number, number, number] }
        const [x, y, value] = cell
        if (seriesName === IMPORTED) return `${plain(calendar.names[y] ?? '')} ${plain(calendar.labels[x] ?? '')}<br>${IMPORTED}（接入前，不计完整率）`
        return `${plain(calendar.names[y] ?? '')} ${plain(calendar.labels[x] ?? '')}<br>${WORDS[measured]} ${formatRatio(value)}`
      },
    },
    grid: { top: 8, left: 8, right: 8, bottom: 46, containLabel: true },
    xAxis: { type: 'category', data: [...calendar.labels], ...axisStyle(look), splitLine: { show: false } },
    yAxis: { type: 'category', data: [...calendar.names], inverse: true, ...axisStyle(look), splitLine: { show: false } },
    visualMap: [
      {
        seriesIndex: 0,
        min: WORST,
        max: 1,
        orient: 'horizontal',
        left: 'center',
        bottom: 0,
        itemHeight: 120,
        itemWidth: 12,
        text: ['100%', `≤${formatRatio(WORST, 0)}`],
        inRange: { color: ramp('higher_is_better', look) },
        textStyle: { color: look.tokens.textMuted },
      },
      grey,
    ],
    series: [
      {
        type: 'heatmap',
        data: cells.filter(([, , value]) => isNumber(value)) as [number, number, number][],
        itemStyle: { borderColor: look.tokens.panel, borderWidth: 1 },
      },
      { type: 'heatmap', name: IMPORTED, data: measured === 'completeness' ? imported : [], itemStyle: { borderColor: look.tokens.panel, borderWidth: 1 } },
    ],
  }
}

/** Height a calendar of so many senders needs, in px. */
export function calendarHeight(senders: number): number {
  return Math.max(180, 70 + senders * 24)
}
