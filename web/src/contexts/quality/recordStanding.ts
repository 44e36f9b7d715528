/** How records stand: open issues day by day as lines, companies' shares as bars. */
import type { EChartsOption } from 'echarts'
import { axisStyle, baseOption, tooltip, type ChartLook } from '@/ui/chartLook'
import type { CompanyStanding, IssueDay } from './recordQueries'

/** The most companies that are shown: the rest has fewer issues for its size. */
export const SHOWN = 12

export function trendOption(days: readonly IssueDay[], look: ChartLook): EChartsOption {
  const labels = days.map(({ day }) => day.slice(5))
  const bars = (name: string, values: number[], color: string) => ({ type: 'bar' as const, name, data: values, itemStyle: { color }, barMaxWidth: 10 })
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'axis' },
    legend: { top: 0, textStyle: { color: look.tokens.text } },
    grid: { top: 32, left: 8, right: 8, bottom: 8, containLabel: true },
    xAxis: { type: 'category', data: labels, ...axisStyle(look), splitLine: { show: false } },
    yAxis: { type: 'value', minInterval: 1, ...axisStyle(look) },
    series: [
      { type: 'line', name: '待处理', data: days.map(({ open }) => open), showSymbol: false, lineStyle: { width: 2, color: look.tokens.accent }, itemStyle: { color: look.tokens.accent } },
      bars('新发现', days.map(({ found }) => found), look.tokens.level2),
      bars('已了结', days.map(({ closed }) => closed), look.tokens.ok),
    ],
  }
}

/** Companies with open issues, the worst for their size first, and how long their bar is (0–1 of the worst). */
export function worst(rows: readonly CompanyStanding[]): { row: CompanyStanding; share: number }[] {
  const open = rows.filter((row) => row.open > 0).slice(0, SHOWN)
  const most = Math.max(...open.map((row) => row.per_thousand ?? 0), 0)
  return open.map((row) => ({ row, share: most ? (row.per_thousand ?? 0) / most : 0 }))
}
