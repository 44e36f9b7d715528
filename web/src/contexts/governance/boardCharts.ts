/** The pictures of the live board: open alarms by company, and when alarms began, both in the colours of their levels. */
import type { EChartsOption } from 'echarts'
import { formatMeasure, isNumber } from '@/kernel/format'
import { LEVEL_NUMBERS, levelWord } from '@/kernel/levels'
import { shanghaiParts } from '@/kernel/time'
import { axisStyle, baseOption, legend, tooltip, type ChartLook } from '@/ui/chartLook'
import type { AlertStanding } from './queries'

const MOST_COMPANIES = 12

function levelBars(values: (level: number) => number[], look: ChartLook) {
  return LEVEL_NUMBERS.map((level) => ({
    type: 'bar' as const,
    name: `${levelWord(level).short}级`,
    stack: 'all',
    barMaxWidth: 18,
    itemStyle: { color: look.tokens[levelWord(level).role] },
    data: values(level),
    tooltip: { valueFormatter: (value: unknown) => formatMeasure(isNumber(value) ? value : null, '条') },
  }))
}

/** Rows of the company chart, worst first as the server gives them; owners without a name are the platform's own. */
export function companyRows(standing: AlertStanding): AlertStanding['by_company'] {
  return standing.by_company.slice(0, MOST_COMPANIES)
}

export function companyOption(standing: AlertStanding, look: ChartLook): EChartsOption {
  const rows = companyRows(standing)
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'axis', axisPointer: { type: 'shadow' } },
    legend: legend(look),
    grid: { top: 28, left: 8, right: 16, bottom: 4, containLabel: true },
    xAxis: { type: 'value', minInterval: 1, ...axisStyle(look) },
    yAxis: { type: 'category', inverse: true, data: rows.map(({ name }) => name || '未归属'), ...axisStyle(look) },
    series: levelBars((level) => rows.map(({ levels }) => levels[level - 1] ?? 0), look),
  }
}

export function trendOption(standing: AlertStanding, look: ChartLook): EChartsOption {
  const label = (hour: number): string => `${String(shanghaiParts(hour)?.hour ?? 0).padStart(2, '0')}:00`
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'axis', axisPointer: { type: 'shadow' } },
    legend: legend(look),
    grid: { top: 40, left: 8, right: 8, bottom: 4, containLabel: true },
    xAxis: { type: 'category', data: standing.hours.map(label), ...axisStyle(look), splitLine: { show: false } },
    yAxis: { type: 'value', name: '条', minInterval: 1, ...axisStyle(look) },
    series: levelBars((level) => standing.begun[level - 1] ?? [], look),
  }
}
