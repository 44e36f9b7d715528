/** How many complaints hold, as stacked bars. */
import type { EChartsOption } from 'echarts'
import { axisStyle, baseOption, legend, tooltip, type ChartLook } from '@/ui/chartLook'

export interface Split {
  valid: number
  doubtful: number
  invalid: number
  unjudged: number
}

export const WORDS: Readonly<Record<keyof Split, string>> = { valid: '有效', doubtful: '存疑', invalid: '无效', unjudged: '未判定' }
const COLOURS = { valid: 'level2', doubtful: 'level3', invalid: 'none', unjudged: 'off' } as const

/** One bar a name, the most complaints at the top. */
export function splitOption(rows: readonly (Split & { name: string })[], look: ChartLook): EChartsOption {
  const keys = Object.keys(WORDS) as (keyof Split)[]
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'axis', axisPointer: { type: 'shadow' } },
    legend: legend(look),
    grid: { top: 34, left: 8, right: 20, bottom: 8, containLabel: true },
    xAxis: { type: 'value', minInterval: 1, ...axisStyle(look) },
    yAxis: { type: 'category', inverse: true, data: rows.map(({ name }) => name), ...axisStyle(look), axisLabel: { ...axisStyle(look).axisLabel, interval: 0 } },
    series: keys.map((key) => ({
      type: 'bar' as const,
      name: WORDS[key],
      stack: 'all',
      barMaxWidth: 18,
      itemStyle: { color: look.tokens[COLOURS[key]] },
      data: rows.map((row) => row[key]),
    })),
  }
}

/** Why complaints were judged as they were: one bar a reason, the most frequent at the top. */
export function reasonOption(rows: readonly { zh: string; count: number }[], look: ChartLook): EChartsOption {
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'axis', axisPointer: { type: 'shadow' } },
    grid: { top: 8, left: 8, right: 32, bottom: 8, containLabel: true },
    xAxis: { type: 'value', minInterval: 1, ...axisStyle(look) },
    yAxis: { type: 'category', inverse: true, data: rows.map(({ zh }) => zh), ...axisStyle(look), axisLabel: { ...axisStyle(look).axisLabel, interval: 0 } },
    series: [{ type: 'bar', name: '件数', barMaxWidth: 18, label: { show: true, position: 'right', color: look.tokens.textMuted }, data: rows.map(({ count }) => count) }],
  }
}
