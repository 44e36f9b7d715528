/** What models expect beside what was read, as charts: operation points and curves, bands, residuals, contributions. */
import type { EChartsOption } from 'echarts'
import { formatMeasure, isNumber } from '@/kernel/format'
import { HOUR_S, wallMs } from '@/kernel/time'
import { axisStyle, baseOption, legend, tooltip, type ChartLook } from '@/ui/chartLook'
import { lineWord, quantityWord } from './evidence'
import type { ExpectedLine, Past } from './findingQueries'

type Point = [number, number]
type Values = readonly (number | null)[]

const TIME_LABELS = { year: '{yyyy}年', month: '{MM}-{dd}', day: '{MM}-{dd}', hour: '{HH}:{mm}', minute: '{HH}:{mm}' }
/** Hours younger than this are drawn stronger: how it is run now. */
const RECENT_S = 48 * HOUR_S
/** Residuals beyond two standard deviations are doubtful, beyond three out of control. */
const WARNING_SIGMAS = 2
const ACTION_SIGMAS = 3

function timeAxis(look: ChartLook, span?: { start: number; end: number }) {
  return {
    type: 'time' as const,
    min: span && wallMs(span.start),
    max: span && wallMs(span.end),
    ...axisStyle(look),
    axisLabel: { ...axisStyle(look).axisLabel, formatter: TIME_LABELS },
    splitLine: { show: false },
  }
}

export function lineOf(past: Past | null, quantity: string): ExpectedLine | undefined {
  return past?.lines.find((line) => line.quantity === quantity)
}

/** Half the width of the band is two standard deviations. */
export function sigmaOf(line: ExpectedLine): number | null {
  const at = line.expected.findIndex((value, i) => isNumber(value) && isNumber(line.high[i]))
  if (at < 0) return null
  return ((line.high[at] ?? 0) - (line.expected[at] ?? 0)) / WARNING_SIGMAS
}

export interface Curves {
  inForce: readonly (readonly number[])[]
  recommended: readonly (readonly number[])[]
}

const points = (curve: readonly (readonly number[])[]): Point[] => curve.map(([x, y]) => [x ?? 0, y ?? 0])

/** Supply over outdoor temperature: hours as dots, the curve in force with its breakpoints, the curve recommended. */
export function curveOption(past: Past | null, curves: Curves, look: ChartLook): EChartsOption {
  const line = lineOf(past, 'supply')
  const last = past?.times.at(-1) ?? 0
  const dots = (recent: boolean): Point[] =>
    (past?.times ?? []).flatMap((time, i) => {
      const [x, y] = [past?.outdoor_c[i], line?.read[i]]
      return isNumber(x) && isNumber(y) && last - time < RECENT_S === recent ? [[x, y] as Point] : []
    })
  const { tokens } = look
  const drawn = (name: string, data: Point[], color: string, type: 'solid' | 'dashed') => ({
    type: 'line' as const,
    name,
    data,
    color,
    symbol: type === 'solid' ? 'circle' : 'emptyDiamond',
    symbolSize: 7,
    lineStyle: { width: 2.2, type },
    z: 4,
  })
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'item', formatter: (item: unknown) => atPoint(item as { seriesName: string; value: Point }) },
    legend: legend(look),
    grid: { top: 40, left: 12, right: 20, bottom: 24, containLabel: true },
    xAxis: { type: 'value', name: '室外温度 ℃', nameLocation: 'middle', nameGap: 26, scale: true, ...axisStyle(look), axisLine: { onZero: false, lineStyle: { color: tokens.line } } },
    yAxis: { type: 'value', name: '供水温度 ℃', scale: true, ...axisStyle(look), axisLine: { onZero: false, lineStyle: { color: tokens.line } } },
    series: [
      { type: 'scatter' as const, name: '运行点', data: dots(false), symbolSize: 4, color: tokens.textFaint, itemStyle: { opacity: 0.55 } },
      { type: 'scatter' as const, name: '近48小时', data: dots(true), symbolSize: 5, color: tokens.level3, itemStyle: { opacity: 0.9 } },
      drawn('现行曲线', points(curves.inForce), look.series[0] ?? tokens.accent, 'solid'),
      drawn('推荐曲线', points(curves.recommended), tokens.ok, 'dashed'),
    ].filter(({ data }) => data.length),
  }
}

function atPoint({ seriesName, value: [x, y] }: { seriesName: string; value: Point }): string {
  return `${seriesName}<br>室外 ${formatMeasure(x, '℃', 1)}，供水 ${formatMeasure(y, '℃', 1)}`
}

/** A quantity as read, as expected, and the band it should lie in; the time of a finding is shaded. */
export function bandOption(past: Past, quantity: string, look: ChartLook, found?: { start: number; end: number }): EChartsOption {
  const line = lineOf(past, quantity)
  const { tokens } = look
  const at = (values: Values | undefined): [number, number | null][] => past.times.map((time, i) => [wallMs(time), values?.[i] ?? null])
  const width = line?.high.map((high, i) => (isNumber(high) && isNumber(line.low[i]) ? high - (line.low[i] ?? 0) : null))
  const band = { type: 'line' as const, stack: 'band', symbol: 'none', lineStyle: { opacity: 0 }, silent: true, tooltip: { show: false } }
  const said = { valueFormatter: (value: unknown) => formatMeasure(isNumber(value) ? value : null, line?.unit ?? '', 1) }
  return {
    ...baseOption(look),
    useUTC: true,
    tooltip: { ...tooltip(look), trigger: 'axis' },
    legend: { ...legend(look), data: [lineWord(quantity), '期望值', '期望区间'] },
    grid: { top: 44, left: 8, right: 16, bottom: 8, containLabel: true },
    xAxis: timeAxis(look),
    yAxis: { type: 'value', name: line?.unit, scale: true, ...axisStyle(look) },
    series: [
      { ...band, name: '区间下限', data: at(line?.low), stackStrategy: 'all' },
      { ...band, name: '期望区间', data: at(width), color: tokens.ok, areaStyle: { color: tokens.ok, opacity: 0.16 }, stackStrategy: 'all' },
      { type: 'line', name: '期望值', data: at(line?.expected), color: tokens.ok, showSymbol: false, lineStyle: { width: 1.4, type: 'dashed' }, tooltip: said },
      {
        type: 'line',
        name: lineWord(quantity),
        data: at(line?.read),
        color: look.series[0],
        showSymbol: false,
        lineStyle: { width: 2 },
        tooltip: said,
        markArea: found && {
          silent: true,
          itemStyle: { color: tokens.level2, opacity: 0.12 },
          data: [[{ xAxis: wallMs(found.start) }, { xAxis: wallMs(found.end) }]],
        },
      },
    ],
  }
}

/** Read less expected, hour by hour, between the limits of two and three standard deviations. */
export function controlOption(past: Past, quantity: string, look: ChartLook): EChartsOption {
  const line = lineOf(past, quantity)
  const sigma = line ? sigmaOf(line) : null
  const { tokens } = look
  const residuals = past.times.map((time, i) => {
    const [read, expected] = [line?.read[i], line?.expected[i]]
    const value = isNumber(read) && isNumber(expected) ? Number((read - expected).toFixed(2)) : null
    const isOut = value !== null && sigma !== null && Math.abs(value) > ACTION_SIGMAS * sigma
    return { value: [wallMs(time), value] as [number, number | null], itemStyle: { color: isOut ? tokens.level1 : look.series[0] } }
  })
  const unit = line?.unit === '℃' ? 'K' : (line?.unit ?? '')
  const limit = (sigmas: number, color: string) => ({
    yAxis: sigmas * (sigma ?? 0),
    lineStyle: { color, type: sigmas ? ('dashed' as const) : ('solid' as const) },
    label: { formatter: sigmas ? `${sigmas > 0 ? '+' : ''}${sigmas}σ` : '0', color, position: 'end' as const, distance: 4 },
  })
  const limits = sigma === null ? [limit(0, tokens.textMuted)] : [limit(0, tokens.textMuted), ...[WARNING_SIGMAS, ACTION_SIGMAS].flatMap((n) => [n, -n].map((k) => limit(k, n === ACTION_SIGMAS ? tokens.level1 : tokens.level3)))]
  return {
    ...baseOption(look),
    useUTC: true,
    tooltip: { ...tooltip(look), trigger: 'axis', valueFormatter: (value) => formatMeasure(isNumber(value) ? value : null, unit, 2) },
    grid: { top: 34, left: 8, right: 38, bottom: 8, containLabel: true },
    xAxis: { ...timeAxis(look), axisLine: { onZero: false, lineStyle: { color: tokens.line } } },
    yAxis: { type: 'value', name: `残差 ${unit}`, scale: true, ...axisStyle(look) },
    series: [
      {
        type: 'line',
        name: `${lineWord(quantity)}残差`,
        data: residuals,
        showSymbol: true,
        symbolSize: 4,
        color: look.series[0],
        lineStyle: { width: 1, opacity: 0.6 },
        markLine: { silent: true, symbol: 'none', data: limits },
      },
    ],
  }
}

/** Which signal explains how much of a finding, the greatest on top. */
export function contributionOption(contributions: readonly { signal: string; share: number }[], look: ChartLook): EChartsOption {
  const rows = [...contributions].sort((a, b) => a.share - b.share)
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'item' },
    grid: { top: 4, left: 8, right: 52, bottom: 4, containLabel: true },
    xAxis: { type: 'value', max: 100, show: false },
    yAxis: { type: 'category', data: rows.map(({ signal }) => quantityWord(signal)), ...axisStyle(look), axisLabel: { color: look.tokens.text, fontSize: 12 }, axisLine: { show: false } },
    series: [
      {
        type: 'bar',
        name: '贡献',
        data: rows.map(({ share }) => Math.round(share * 1000) / 10),
        barMaxWidth: 18,
        itemStyle: { borderRadius: 2 },
        label: { show: true, position: 'right', formatter: '{c}%', color: look.tokens.text },
        tooltip: { valueFormatter: (value: unknown) => formatMeasure(isNumber(value) ? value : null, '%', 1) },
      },
    ],
  }
}

/** The outdoor temperature to come, with its band. */
export function outlookOption(outlook: { times: number[]; outdoor_c: Values; outdoor_low_c: Values; outdoor_high_c: Values }, look: ChartLook): EChartsOption {
  const line = { quantity: 'outdoor', signal: '', unit: '℃', read: [], expected: [...outlook.outdoor_c], low: [...outlook.outdoor_low_c], high: [...outlook.outdoor_high_c] }
  const chart = bandOption({ of_kind: '', of_number: 0, times: outlook.times, outdoor_c: [], by_design: false, lines: [line] }, 'outdoor', look)
  return { ...chart, legend: { show: false }, grid: { top: 28, left: 8, right: 16, bottom: 4, containLabel: true } }
}
