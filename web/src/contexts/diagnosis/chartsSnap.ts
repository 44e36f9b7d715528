/** Pictures of weather to come and of cold snaps: the outlook as a fan, rooms and homes below 18 °C hour by hour. */
import type { EChartsOption } from 'echarts'
import { HOUR_S, wallMs } from '@/kernel/time'
import { axisStyle, baseOption, legend, tooltip, type ChartLook } from '@/ui/chartLook'
import { bandSeries } from './chartsService'
import { QUALIFIED_C } from './chartsRooms'
import type { Outlook, Scenario, Skill, SnapRun } from './queriesWeather'

type Values = readonly (number | null)[]

const timeAxis = (look: ChartLook) => ({ type: 'time' as const, ...axisStyle(look), axisLabel: { ...axisStyle(look).axisLabel, formatter: '{MM}-{dd} {HH}:{mm}' } })

/** The next 72 hours of outdoor temperature with the band that holds four times of five. */
export function outlookOption(found: Outlook, look: ChartLook): EChartsOption {
  const [colour, felt] = [look.series[0]!, look.series[3]!]
  const line = (name: string, values: Values, of: string, dashed = false) => ({
    type: 'line' as const, name, showSymbol: false, itemStyle: { color: of }, lineStyle: { color: of, width: 2, type: dashed ? ('dashed' as const) : ('solid' as const) }, data: found.times.map((t, i) => [wallMs(t), values[i] ?? null]),
  })
  return {
    ...baseOption(look),
    useUTC: true,
    tooltip: { ...tooltip(look), trigger: 'axis' },
    legend: { ...legend(look), data: ['室外温度', '80% 区间', '建筑感受温度'] },
    grid: { top: 46, left: 8, right: 20, bottom: 8, containLabel: true },
    xAxis: timeAxis(look),
    yAxis: { type: 'value', name: '℃', scale: true, ...axisStyle(look) },
    series: [...bandSeries('80% 区间', found.times, found.outdoor_low_c, found.outdoor_high_c, colour), line('室外温度', found.outdoor_c, colour), line('建筑感受温度', found.felt_c, felt, true)],
  }
}

/** How far past forecasts were off, by how long they looked ahead. */
export function skillOption(rows: readonly Skill[], look: ChartLook): EChartsOption {
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'axis', axisPointer: { type: 'shadow' } },
    legend: legend(look),
    grid: { top: 46, left: 8, right: 8, bottom: 8, containLabel: true },
    xAxis: { type: 'category', ...axisStyle(look), data: rows.map(({ first_h, last_h }) => `${first_h}–${last_h} h`) },
    yAxis: { type: 'value', name: 'K', ...axisStyle(look) },
    series: [
      { type: 'bar', name: '平均绝对误差', barMaxWidth: 28, data: rows.map(({ mae_k }) => mae_k) },
      { type: 'bar', name: '偏差', barMaxWidth: 28, data: rows.map(({ bias_k }) => bias_k) },
    ],
  }
}

const WAYS = [['as_is', '现状运行'], ['with_measures', '采取措施']] as const

/** Mean room temperature of both ways over the cold outside. */
export function snapRoomOption({ result }: Scenario, look: ChartLook): EChartsOption {
  const colours = [look.tokens.level2, look.tokens.ok]
  const data = (values: Values) => values.map((v, i) => [wallMs(result.start + i * HOUR_S), v])
  return {
    ...baseOption(look),
    useUTC: true,
    tooltip: { ...tooltip(look), trigger: 'axis' },
    legend: legend(look),
    grid: { top: 46, left: 8, right: 8, bottom: 8, containLabel: true },
    xAxis: timeAxis(look),
    yAxis: [
      { type: 'value', name: '室温 ℃', scale: true, ...axisStyle(look) },
      { type: 'value', name: '室外 ℃', scale: true, ...axisStyle(look), splitLine: { show: false } },
    ],
    series: [
      ...WAYS.map(([way, name], i) => ({
        type: 'line' as const, name: `平均室温·${name}`, showSymbol: false, itemStyle: { color: colours[i] }, lineStyle: { color: colours[i], width: 2 }, data: data(result[way].mean_room_c),
        ...(i ? {} : { markLine: { symbol: 'none', silent: true, lineStyle: { color: look.tokens.level4 }, label: { formatter: '18 ℃', position: 'insideStartTop' as const, color: look.tokens.level4 }, data: [{ yAxis: QUALIFIED_C }] } }),
      })),
      { type: 'line', name: '室外温度', yAxisIndex: 1, showSymbol: false, itemStyle: { color: look.series[6] }, lineStyle: { color: look.series[6], type: 'dashed' }, data: data(result.outdoor_c) },
    ],
  }
}

/** Homes below 18 °C hour by hour; several scenarios in one picture when they are compared. */
export function snapUsersOption(scenarios: readonly Scenario[], look: ChartLook): EChartsOption {
  const named = scenarios.length > 1
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'axis' },
    legend: legend(look),
    grid: { top: 46, left: 8, right: 24, bottom: 8, containLabel: true },
    xAxis: { type: 'value', name: 'h', minInterval: 6, max: 'dataMax', ...axisStyle(look) },
    yAxis: { type: 'value', name: '户', minInterval: 1, ...axisStyle(look) },
    series: scenarios.flatMap(({ name, result }, n) =>
      WAYS.map(([way, zh], i) => {
        const colour = named ? look.series[n % look.series.length]! : i ? look.tokens.ok : look.tokens.level2
        return {
          type: 'line' as const, name: named ? `${name}·${zh}` : zh, showSymbol: false, itemStyle: { color: colour }, areaStyle: named ? undefined : { opacity: 0.15 },
          lineStyle: { color: colour, width: 2, type: named && i ? ('dashed' as const) : ('solid' as const) }, data: result[way].users_below_by_hour.map((v, h) => [h, v]),
        }
      }),
    ),
  }
}

/** What each source lacks at its worst hour beside what it can send then. */
export function sourcesOption(sources: SnapRun['sources'], look: ChartLook): EChartsOption {
  const rows = sources.slice(0, 12)
  const axis = axisStyle(look)
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'axis', axisPointer: { type: 'shadow' } },
    legend: legend(look),
    grid: { top: 34, left: 8, right: 24, bottom: 8, containLabel: true },
    xAxis: { type: 'value', name: 'MW', ...axis },
    yAxis: { type: 'category', inverse: true, ...axis, data: rows.map(({ name }) => name), axisLabel: { ...axis.axisLabel, interval: 0, width: 110, overflow: 'truncate' } },
    series: [
      { type: 'bar', stack: 'need', name: '可供', barMaxWidth: 16, itemStyle: { color: look.tokens.ok }, data: rows.map(({ need_mw, short_mw }) => Number(Math.max(0, need_mw - short_mw).toFixed(1))) },
      { type: 'bar', stack: 'need', name: '缺口', barMaxWidth: 16, itemStyle: { color: look.tokens.level1 }, data: rows.map(({ short_mw }) => short_mw) },
    ],
  }
}
