/** Lines over time as a chart: one axis a unit, gaps stay gaps, doubtful stretches are shaded with their reason. */
import type { EChartsOption } from 'echarts'
import type { Schemas } from '@/api/types'
import { formatMeasure, isNumber } from '@/kernel/format'
import { wallMs } from '@/kernel/time'
import { axisUnits } from '@/kernel/units'
import { axisStyle, baseOption, legend, tooltip, type ChartLook } from '@/ui/chartLook'

/** A stretch of time that is shaded: communication lost, bad data. */
export interface Band {
  start: number
  end: number
  label: string
}

/** A line; with `times` of its own it need not be measured when the others are. */
export type ChartLine = Schemas['Line'] & { times?: readonly number[]; colour?: keyof ChartLook['tokens']; symbols?: boolean }

/** Single points beside the lines: abnormal values as they were received. */
export interface ChartPoints {
  name: string
  unit: string
  colour: keyof ChartLook['tokens']
  points: readonly (readonly [time: number, value: number | null])[]
}

export interface SeriesChart {
  times: readonly number[]
  lines: readonly ChartLine[]
  points?: readonly ChartPoints[]
  bands?: readonly Band[]
  /** The window asked for: the axis shows all of it, also where nothing was measured. */
  span?: { start: number; end: number }
  zoom?: boolean
  decimals?: number
}

const FEW_POINTS = 60
const AXIS_WIDTH_PX = 46

const TIME_LABELS = {
  year: '{yyyy}年',
  month: '{MM}-{dd}',
  day: '{MM}-{dd}',
  hour: '{HH}:{mm}',
  minute: '{HH}:{mm}',
  second: '{HH}:{mm}:{ss}',
}

function valueAxes(units: readonly string[], look: ChartLook) {
  return units.map((unit, i) => ({
    type: 'value' as const,
    name: unit,
    position: i === 0 ? ('left' as const) : ('right' as const),
    offset: i > 1 ? (i - 1) * AXIS_WIDTH_PX : 0,
    scale: true,
    ...axisStyle(look),
    splitLine: { ...axisStyle(look).splitLine, show: i === 0 },
  }))
}

function shading(bands: readonly Band[], look: ChartLook) {
  if (!bands.length) return undefined
  return {
    silent: true,
    itemStyle: { color: look.tokens.stale, opacity: 0.14 },
    label: { color: look.tokens.textMuted, fontSize: 11, position: 'insideTop' as const },
    data: bands.map(
      ({ start, end, label }) => [{ name: label, xAxis: wallMs(start) }, { xAxis: wallMs(end) }] as [object, object],
    ),
  }
}

function scatter(set: ChartPoints, units: readonly string[], look: ChartLook, decimals: number) {
  return {
    type: 'scatter' as const,
    name: set.name,
    yAxisIndex: Math.max(0, units.indexOf(set.unit)),
    data: set.points.map(([time, value]) => [wallMs(time), value] as [number, number | null]),
    color: look.tokens[set.colour],
    symbolSize: 7,
    z: 5,
    tooltip: { valueFormatter: (value: unknown) => formatMeasure(isNumber(value) ? value : null, set.unit, decimals) },
  }
}

export function seriesOption(chart: SeriesChart, look: ChartLook): EChartsOption {
  const units = axisUnits(chart.lines.map(({ unit }) => unit))
  const rightAxes = Math.max(0, units.length - 1)
  const decimals = chart.decimals ?? 1
  const isNamed = chart.lines.length + (chart.points?.length ?? 0) > 1
  return {
    ...baseOption(look),
    useUTC: true,
    tooltip: { ...tooltip(look), trigger: 'axis' },
    legend: { ...legend(look), show: isNamed },
    grid: {
      top: isNamed ? 52 : 34,
      left: 8,
      right: 16 + Math.max(0, rightAxes - 1) * AXIS_WIDTH_PX,
      bottom: chart.zoom ? 44 : 8,
      containLabel: true,
    },
    xAxis: {
      type: 'time',
      min: chart.span && wallMs(chart.span.start),
      max: chart.span && wallMs(chart.span.end),
      ...axisStyle(look),
      axisLabel: { ...axisStyle(look).axisLabel, formatter: TIME_LABELS },
      splitLine: { show: false },
    },
    yAxis: valueAxes(units.length ? units : [''], look),
    dataZoom: chart.zoom
      ? [
          { type: 'inside', filterMode: 'none' },
          { type: 'slider', height: 20, bottom: 8, filterMode: 'none', borderColor: look.tokens.line, textStyle: { color: look.tokens.textMuted } },
        ]
      : [],
    series: [...chart.lines.map((line, i) => drawn(line, i)), ...(chart.points ?? []).map((set) => scatter(set, units, look, decimals))],
  }

  function drawn(line: ChartLine, i: number) {
    return {
      type: 'line' as const,
      name: line.name,
      yAxisIndex: units.indexOf(line.unit),
      data: (line.times ?? chart.times).map((time, k) => [wallMs(time), line.values[k] ?? null] as [number, number | null]),
      connectNulls: false,
      // A lone point between two gaps would be invisible as a line.
      showSymbol: line.symbols ?? (line.times ?? chart.times).length <= FEW_POINTS,
      ...(line.colour ? { color: look.tokens[line.colour] } : {}),
      symbolSize: 4,
      sampling: 'lttb' as const,
      lineStyle: { width: 1.8, type: line.dashed ? ('dashed' as const) : ('solid' as const) },
      markArea: i === 0 ? shading(chart.bands ?? [], look) : undefined,
      tooltip: { valueFormatter: (value: unknown) => formatMeasure(isNumber(value) ? value : null, line.unit, decimals) },
    }
  }
}
