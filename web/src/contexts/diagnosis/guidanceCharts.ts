/** The coming 72 hours as charts: temperatures to run at, rooms with their band, flow and heat, peaks and capacity. */
import type { EChartsOption, SeriesOption } from 'echarts'
import { formatMeasure, isNumber } from '@/kernel/format'
import type { ColourRole } from '@/kernel/levels'
import { wallMs } from '@/kernel/time'
import { seriesOption } from '@/panels/kinds/series/option'
import { axisStyle, baseOption, legend, tooltip, type ChartLook } from '@/ui/chartLook'
import type { Capacity, DeviceGuidance, Guidance, PeakBoiler, SystemRow } from './guidanceQueries'

/** Rooms below this are too cold by the city's rule. */
export const ROOM_LEAST_C = 18

type Values = readonly (number | null)[]
type Line = { name: string; unit: string; values: Values; dashed?: boolean; colour?: keyof ChartLook['tokens'] }

/** A line that was not told is left out, one that says nothing too. */
function told(lines: readonly Line[]) {
  return lines
    .filter(({ values }) => values.some(isNumber))
    .map((line) => ({ ...line, values: [...line.values], dashed: line.dashed ?? false }))
}

/** A shaded band between two lines, on the axis of its unit. */
function band(name: string, times: readonly number[], low: Values, high: Values, axis: number, colour: string): SeriesOption[] {
  const common = { type: 'line' as const, yAxisIndex: axis, stack: name, stackStrategy: 'all' as const, symbol: 'none', silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } }
  const at = (values: Values): [number, number | null][] => times.map((time, i) => [wallMs(time), values[i] ?? null])
  const width = low.map((from, i) => (isNumber(from) && isNumber(high[i]) ? (high[i] ?? from) - from : null))
  return [
    { ...common, name: `${name}下限`, data: at(low) },
    { ...common, name, data: at(width), color: colour, areaStyle: { color: colour, opacity: 0.18 } },
  ]
}

function withSeries(option: EChartsOption, more: readonly SeriesOption[], hidden: readonly string[]): EChartsOption {
  const own = (option.series ?? []) as SeriesOption[]
  const names = [...own, ...more].map(({ name }) => String(name)).filter((name) => !hidden.includes(name))
  return { ...option, legend: { ...option.legend, data: [...new Set(names)] } as EChartsOption['legend'], series: [...own, ...more] }
}

/** Supply and return to run at, against the way it is run, over the weather to come. */
export function temperaturePlan(plan: Guidance, look: ChartLook): EChartsOption {
  const advised = plan.recommended ?? {}
  const lines = told([
    { name: '建议供温', unit: '℃', values: advised.supply_c ?? [], colour: 'accent' },
    { name: '现行供温', unit: '℃', values: plan.as_is?.supply_c ?? [], dashed: true, colour: 'level2' },
    { name: '建议回温', unit: '℃', values: advised.return_c ?? [], colour: 'level4' },
    { name: '室外温度', unit: '室外 ℃', values: plan.outdoor_c, colour: 'textMuted' },
  ])
  const option = seriesOption({ times: plan.times, lines }, look)
  return withSeries(option, band('室外区间（80%）', plan.times, plan.outdoor_low_c, plan.outdoor_high_c, 1, look.tokens.textMuted), ['室外区间（80%）下限'])
}

/** The line of the rule is never hidden by the axis. */
function withRoomBelow(axes: EChartsOption['yAxis']): EChartsOption['yAxis'] {
  const below = (extent: { min: number }): number => Math.floor(Math.min(extent.min, ROOM_LEAST_C) - 0.5)
  return (Array.isArray(axes) ? axes : [axes]).map((axis) => ({ ...axis, min: below })) as EChartsOption['yAxis']
}

/** Expected room temperature with its band if the advice is followed, and without. */
export function roomPlan(plan: Guidance, look: ChartLook): EChartsOption {
  const room = plan.room ?? {}
  const lines = told([
    { name: '按建议的室温', unit: '℃', values: room.expected_c ?? [], colour: 'accent' },
    { name: '现行曲线下的室温', unit: '℃', values: plan.as_is?.room_c ?? [], dashed: true, colour: 'level2' },
  ])
  const option = seriesOption({ times: plan.times, lines }, look)
  const floor: SeriesOption = {
    type: 'line',
    name: '18 ℃ 标准',
    data: plan.times.map((time) => [wallMs(time), ROOM_LEAST_C]),
    symbol: 'none',
    color: look.tokens.level1,
    lineStyle: { width: 1, type: 'dotted' },
    tooltip: { valueFormatter: () => `${ROOM_LEAST_C}℃` },
  }
  const shade = band('预计区间', plan.times, room.low_c ?? [], room.high_c ?? [], 0, look.tokens.accent)
  return withSeries({ ...option, yAxis: withRoomBelow(option.yAxis) }, [...shade, floor], ['预计区间下限'])
}

/** What to set: flow, pump and valve. */
export function settingPlan(plan: Guidance, look: ChartLook): EChartsOption {
  const advised = plan.recommended ?? {}
  return seriesOption(
    {
      times: plan.times,
      lines: told([
        { name: '循环流量', unit: 't/h', values: advised.flow_t_h ?? [] },
        { name: '循环泵频率', unit: 'Hz', values: advised.pump_hz ?? [] },
        { name: '调节阀开度', unit: '%', values: advised.valve_pct ?? [] },
        { name: '运行锅炉', unit: '台', values: advised.boilers ?? [] },
      ]),
    },
    look,
  )
}

/** What it takes: heat to send, what is short of it, what it costs. */
export function heatPlan(plan: Guidance, look: ChartLook): EChartsOption {
  const advised = plan.recommended ?? {}
  const mega = (values: Values = []): Values => values.map((kw) => (isNumber(kw) ? kw / 1000 : null))
  const short = mega(advised.short_kw)
  return seriesOption(
    {
      times: plan.times,
      decimals: 2,
      lines: told([
        { name: '应供热量', unit: 'MW', values: mega(advised.heat_kw), colour: 'level2' },
        { name: '供热缺口', unit: 'MW', values: short.some((mw) => (mw ?? 0) > 0) ? short : [], colour: 'level1' },
        { name: '建议一次供温', unit: '℃', values: advised.primary_supply_c ?? [], dashed: true, colour: 'stale' },
        { name: '建议一次回温', unit: '℃', values: advised.primary_return_c ?? [], dashed: true, colour: 'level4' },
        { name: '燃料与电费', unit: '元/h', values: advised.cost_yuan_h ?? [], colour: 'level3' },
      ]),
    },
    look,
  )
}

/** A household's device: supply temperature or share of the hour to run, and the room it makes. */
export function devicePlan(device: DeviceGuidance, look: ChartLook): EChartsOption {
  return seriesOption(
    {
      times: device.times,
      lines: told([
        { name: '建议供温', unit: '℃', values: device.supply_c, colour: 'accent' },
        { name: '预计室温', unit: '℃', values: device.expected_room_c, colour: 'ok' },
        { name: '室外温度', unit: '℃', values: device.outdoor_c, colour: 'textMuted' },
        { name: '运行占比', unit: '%', values: device.run_share.map((share) => (isNumber(share) ? share * 100 : null)), dashed: true, colour: 'level3' },
      ]),
    },
    look,
  )
}

const CLASS_COLOURS: Readonly<Record<string, ColourRole>> = { short: 'level1', tight: 'level2', fit: 'ok', idle: 'level4', unknown: 'none' }

export function classColour(code: string): ColourRole {
  return CLASS_COLOURS[code] ?? 'none'
}

/** Need on the coldest day over what can be sent, tightest first, coloured by class; by design and history beside. */
export function capacityOption(rows: readonly Capacity[], look: ChartLook): EChartsOption {
  const shown = rows.filter(({ load_ratio }) => isNumber(load_ratio)).slice(0, 20).reverse()
  const percent = (ratio: number | null): number | null => (isNumber(ratio) ? Math.round(ratio * 1000) / 10 : null)
  const valueFormatter = (value: unknown): string => formatMeasure(isNumber(value) ? value : null, '%', 1)
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'axis', axisPointer: { type: 'shadow' } },
    legend: legend(look),
    grid: { top: 30, left: 8, right: 28, bottom: 24, containLabel: true },
    xAxis: { type: 'value', name: '严寒日（−21.1 ℃）需热 ÷ 供热能力 %', nameLocation: 'middle', nameGap: 24, ...axisStyle(look) },
    yAxis: { type: 'category', data: shown.map(({ name }) => name), ...axisStyle(look), axisLabel: { ...axisStyle(look).axisLabel, width: 130, overflow: 'truncate', interval: 0 }, splitLine: { show: false } },
    series: [
      {
        type: 'bar',
        name: '按运行历史与室温',
        barMaxWidth: 14,
        color: look.tokens.level2,
        data: shown.map((row) => ({ value: percent(row.load_ratio), itemStyle: { color: look.tokens[classColour(row.class)] } })) as { value: number }[],
        tooltip: { valueFormatter },
        markLine: { silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: look.tokens.level1, type: 'dashed' }, data: [{ xAxis: 100 }] },
      },
      { type: 'scatter', name: '按设计负荷', symbol: 'diamond', symbolSize: 9, color: look.tokens.text, data: shown.map((row) => percent(row.connected_ratio)) as number[], tooltip: { valueFormatter } },
    ],
  }
}

const MARKS: readonly (readonly [keyof SystemRow, string, string, number])[] = [
  ['mark', '综合评分', '分', 1],
  ['heat_w_m2', '供热强度', 'W/m²', 1],
  ['spread_k', '站内偏差', 'K', 2],
  ['room_c', '平均室温', '℃', 1],
]

/** Indicators of single, dual and multi-system substations, one small chart each: their units have nothing in common. */
export function systemCharts(rows: readonly SystemRow[], look: ChartLook): { title: string; option: EChartsOption }[] {
  return MARKS.map(([key, title, unit, decimals]) => ({
    title: `${title}（${unit}）`,
    option: {
      ...baseOption(look),
      tooltip: { ...tooltip(look), valueFormatter: (value: unknown) => formatMeasure(isNumber(value) ? value : null, unit, decimals) },
      grid: { top: 20, left: 8, right: 8, bottom: 4, containLabel: true },
      xAxis: { type: 'category', data: rows.map(({ zh }) => zh), ...axisStyle(look), splitLine: { show: false } },
      yAxis: { type: 'value', min: key === 'room_c' ? 16 : 0, ...axisStyle(look) },
      series: [
        {
          type: 'bar',
          name: title,
          barMaxWidth: 36,
          label: { show: true, position: 'top', color: look.tokens.text, fontSize: 11, formatter: ({ value }) => formatMeasure(isNumber(value) ? value : null, '', decimals) },
          data: rows.map((row, i) => ({ value: Number(row[key] ?? 0), itemStyle: { color: look.series[i] } })),
        },
      ],
    },
  }))
}

/** When each peak boiler room ran: one bar a run, on the time axis of the days asked for. */
export function peakRunsOption(rows: readonly PeakBoiler[], span: { start: number; end: number }, look: ChartLook): EChartsOption {
  const names = rows.map(({ name }) => name).reverse()
  const runs = rows.flatMap((row) => row.runs.map((run) => ({ row, run })))
  return {
    ...baseOption(look),
    useUTC: true,
    tooltip: { ...tooltip(look), trigger: 'item' },
    grid: { top: 12, left: 8, right: 20, bottom: 8, containLabel: true },
    xAxis: { type: 'time', min: wallMs(span.start), max: wallMs(span.end), ...axisStyle(look), axisLabel: { ...axisStyle(look).axisLabel, formatter: '{MM}-{dd}' } },
    yAxis: { type: 'category', data: names, ...axisStyle(look), splitLine: { show: false } },
    series: runs.map(({ row, run }) => ({
      type: 'line' as const,
      name: row.name,
      data: [[wallMs(run.start), row.name], [wallMs(run.end), row.name]],
      showSymbol: false,
      color: look.tokens.level2,
      lineStyle: { width: 14 },
      tooltip: { formatter: `${row.name}<br>${run.hours} h，平均 ${formatMeasure(run.mean_mw, 'MW', 1)}` },
    })),
  }
}
