/** Pictures of service quality: the rate with its interval over time, special flats, score parts, room distributions. */
import type { EChartsOption } from 'echarts'
import { wallMs } from '@/kernel/time'
import { axisStyle, baseOption, legend, tooltip, type ChartLook } from '@/ui/chartLook'
import type { Demand, RoomCounts, ServiceTrend, SpecialClass } from './queriesService'
import { PARTS } from './service'

type Values = readonly (number | null)[]
const percent = (v: number | null): number | null => (v === null ? null : Number((100 * v).toFixed(2)))
const points = (times: readonly number[], values: Values): [number, number | null][] => times.map((t, i) => [wallMs(t), values[i] ?? null])

/** Lower edge and height of a band, as two stacked lines of which only the height is filled. */
export function bandSeries(name: string, times: readonly number[], low: Values, high: Values, colour: string) {
  const height = low.map((v, i) => (v === null || high[i] == null ? null : Number((high[i]! - v).toFixed(3))))
  const shared = { type: 'line' as const, stack: name, stackStrategy: 'all' as const, symbol: 'none', silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } }
  return [
    { ...shared, name: `${name}下限`, data: points(times, low) },
    { ...shared, name, areaStyle: { color: colour, opacity: 0.2 }, itemStyle: { color: colour }, data: points(times, height) },
  ]
}

/** Steps before anything was measured only take the room of those that were. */
function measured(trend: ServiceTrend): ServiceTrend {
  const first = Math.max(0, trend.qualified.findIndex((v) => v !== null) - 1)
  const cut = <T>(values: T[]): T[] => values.slice(first)
  const { times, qualified, low, high, mean_c, outdoor_c } = trend
  return { ...trend, times: cut(times), qualified: cut(qualified), low: cut(low), high: cut(high), mean_c: cut(mean_c), outdoor_c: cut(outdoor_c) }
}

/** The qualified rate with its 95 % interval, room and outdoor temperature, and when demands were made. */
export function serviceTrendOption(told: ServiceTrend, demands: readonly Demand[], look: ChartLook): EChartsOption {
  const trend = measured(told)
  const [rate, room, outdoor] = [look.series[0]!, look.series[2]!, look.series[6]!]
  const line = (name: string, colour: string, values: Values, axis: number) => ({
    type: 'line' as const, name, yAxisIndex: axis, symbolSize: 5, connectNulls: false, itemStyle: { color: colour }, lineStyle: { color: colour, width: 2 }, data: points(trend.times, values),
  })
  const marks = demands.map(({ opened_at, reason }) => ({ xAxis: wallMs(opened_at), name: reason }))
  return {
    ...baseOption(look),
    useUTC: true,
    tooltip: { ...tooltip(look), trigger: 'axis' },
    legend: { ...legend(look), data: ['合格率', '95% 区间', '平均室温', '室外温度'] },
    grid: { top: 46, left: 8, right: 8, bottom: 8, containLabel: true },
    xAxis: { type: 'time', ...axisStyle(look), minInterval: 86_400_000, axisLabel: { ...axisStyle(look).axisLabel, formatter: '{MM}-{dd}' } },
    yAxis: [
      { type: 'value', name: '%', max: 100, scale: true, ...axisStyle(look) },
      { type: 'value', name: '℃', scale: true, ...axisStyle(look), splitLine: { show: false } },
    ],
    series: [
      ...bandSeries('95% 区间', trend.times, trend.low.map(percent), trend.high.map(percent), rate),
      {
        ...line('合格率', rate, trend.qualified.map(percent), 0),
        markLine: { symbol: 'none', silent: true, lineStyle: { color: look.tokens.level2 }, label: { formatter: '督导', color: look.tokens.level2 }, data: marks },
      },
      line('平均室温', room, trend.mean_c, 1),
      line('室外温度', outdoor, trend.outdoor_c, 1),
    ],
  }
}

/** Points of each part of the score, the best 100. */
export function partsOption(parts: Readonly<Record<string, number | null>>, weights: Readonly<Record<string, number>>, look: ChartLook): EChartsOption {
  const keys = Object.keys(PARTS).filter((key) => parts[key] != null).reverse()
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'axis', axisPointer: { type: 'shadow' } },
    grid: { top: 8, left: 8, right: 44, bottom: 8, containLabel: true },
    xAxis: { type: 'value', max: 100, ...axisStyle(look) },
    yAxis: { type: 'category', ...axisStyle(look), data: keys.map((key) => (weights[key] ? `${PARTS[key]}（${Math.round(100 * weights[key])}%）` : PARTS[key]!)) },
    series: [{ type: 'bar', name: '得分', barMaxWidth: 18, label: { show: true, position: 'right', color: look.tokens.textMuted, formatter: ({ value }) => Number(value).toFixed(1) }, data: keys.map((key) => Number((100 * parts[key]!).toFixed(1))) }],
  }
}

/** One quantity of the positions beside each other. */
function positions(rows: readonly SpecialClass[], name: string, unit: string, values: Values, colour: string, look: ChartLook): EChartsOption {
  const axis = axisStyle(look)
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'axis', axisPointer: { type: 'shadow' } },
    grid: { top: 30, left: 8, right: 8, bottom: 8, containLabel: true },
    xAxis: { type: 'category', ...axis, data: rows.map(({ zh }) => zh), axisLabel: { ...axis.axisLabel, interval: 0 }, axisLine: { onZero: false, lineStyle: { color: look.tokens.line } } },
    yAxis: { type: 'value', name: unit, ...axis },
    series: [{ type: 'bar', name, barMaxWidth: 40, itemStyle: { color: colour }, label: { show: true, position: 'inside', color: look.tokens.bgDeep }, data: [...values] }],
  }
}

/** How much colder flats of each position are than middle ones. */
export function againstOption(rows: readonly SpecialClass[], look: ChartLook): EChartsOption {
  return positions(rows, '与中间户之差（K）', 'K', rows.map((r) => r.against_middle_k || null), look.series[0]!, look)
}

/** How many flats of each position are below 18 °C. */
export function coldShareOption(rows: readonly SpecialClass[], look: ChartLook): EChartsOption {
  return positions(rows, '低于 18 ℃ 占比（%）', '%', rows.map((r) => (r.cold_share === null ? null : Number((100 * r.cold_share).toFixed(1)))), look.tokens.level4, look)
}

/** Rooms by how warm they are; below 18 °C in the colour of trouble. */
export function bandsOption(bands: RoomCounts['bands'], look: ChartLook): EChartsOption {
  const { level4, level1, ok, level2 } = look.tokens
  const colours = [level1, level4, ok, ok, ok, level2]
  const all = bands.reduce((sum, { count }) => sum + count, 0)
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'axis', axisPointer: { type: 'shadow' } },
    grid: { top: 24, left: 8, right: 8, bottom: 8, containLabel: true },
    xAxis: { type: 'category', ...axisStyle(look), data: bands.map(({ zh }) => zh), axisLabel: { ...axisStyle(look).axisLabel, interval: 0 } },
    yAxis: { type: 'value', minInterval: 1, ...axisStyle(look) },
    series: [
      {
        type: 'bar', name: '测点（户）', barMaxWidth: 48,
        label: { show: true, position: 'top', color: look.tokens.textMuted, formatter: ({ value }) => (all ? `${((100 * Number(value)) / all).toFixed(1)}%` : '') },
        data: bands.map(({ count }, i) => ({ value: count, itemStyle: { color: colours[i] ?? ok } })),
      },
    ],
  }
}
