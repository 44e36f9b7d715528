/** Pictures of one room: its hours beside its own way, its next hours with their usual error, its weather and water. */
import type { EChartsOption } from 'echarts'
import { HOUR_S, wallMs } from '@/kernel/time'
import { axisStyle, baseOption, legend, tooltip, type ChartLook } from '@/ui/chartLook'
import type { RoomCard } from './queriesService'

export const QUALIFIED_C = 18

/** The room over the last hours, its own way, the hours ahead with error bars, and below it supply and outdoor. */
export function roomOption({ hours, ahead }: RoomCard, look: ChartLook): EChartsOption {
  const axis = axisStyle(look)
  const at = (i: number): number => wallMs(hours.times[i]!)
  const line = (name: string, values: readonly (number | null)[], colour: string, grid: number, dashed = false) => ({
    type: 'line' as const, name, xAxisIndex: grid, yAxisIndex: grid, showSymbol: false, itemStyle: { color: colour },
    lineStyle: { color: colour, width: dashed ? 1.5 : 2, type: dashed ? ('dashed' as const) : ('solid' as const) }, data: values.map((v, i) => [at(i), v] as [number, number | null]),
  })
  const last = (hours.times.at(-1) ?? 0) + HOUR_S
  const [room, own, supply, outdoor] = [look.series[0]!, look.series[3]!, look.series[1]!, look.series[6]!]
  const until = ahead.at(-1)?.hours ?? 0
  const times = { type: 'time' as const, min: hours.times.length ? at(0) : undefined, max: wallMs(last + until * HOUR_S), ...axis, splitLine: { show: false } }
  const foreseen = ahead.flatMap(({ hours: h, room_c, usual_error_k, basis }) => (room_c === null ? [] : [{ h, room_c, error: usual_error_k ?? 0, basis }]))
  return {
    ...baseOption(look),
    useUTC: true,
    tooltip: { ...tooltip(look), trigger: 'axis' },
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    legend: legend(look),
    grid: [{ top: 46, left: 44, right: 16, height: '44%' }, { bottom: 26, left: 44, right: 16, height: '26%' }],
    xAxis: [{ ...times, gridIndex: 0, axisLabel: { show: false } }, { ...times, gridIndex: 1, axisLabel: { ...axis.axisLabel, formatter: '{MM}-{dd} {HH}:{mm}' } }],
    yAxis: [{ type: 'value', name: '室温 ℃', scale: true, ...axis }, { type: 'value', name: '℃', scale: true, gridIndex: 1, ...axis }],
    series: [
      {
        ...line('室温', hours.room_c, room, 0),
        markLine: { symbol: 'none', silent: true, lineStyle: { color: look.tokens.level4, type: 'dashed' }, label: { formatter: '18 ℃', position: 'insideStartTop', color: look.tokens.level4 }, data: [{ yAxis: QUALIFIED_C }] },
        markArea: { silent: true, itemStyle: { color: look.tokens.accentSoft }, label: { color: look.tokens.textFaint }, data: until ? [[{ name: ahead.some(({ basis }) => basis === 'own') ? '预测' : '按现值延续', xAxis: wallMs(last) }, { xAxis: wallMs(last + until * HOUR_S) }]] : [] },
      },
      line('自身规律', hours.usual_c, own, 0, true),
      {
        type: 'line', name: '预测', itemStyle: { color: look.tokens.ok }, lineStyle: { color: look.tokens.ok, type: 'dotted' }, symbolSize: 8,
        data: foreseen.map(({ h, room_c }) => [wallMs(last + h * HOUR_S), room_c]),
      },
      ...foreseen.filter(({ error }) => error > 0).map(({ h, room_c, error }) => ({
        type: 'line' as const, name: '惯常误差', symbol: 'rect', symbolSize: [10, 2] as [number, number], silent: true, itemStyle: { color: look.tokens.ok }, lineStyle: { color: look.tokens.ok, width: 1.5 }, tooltip: { show: false },
        data: [[wallMs(last + h * HOUR_S), Number((room_c - error).toFixed(2))], [wallMs(last + h * HOUR_S), Number((room_c + error).toFixed(2))]],
      })),
      line('机组供温', hours.supply_c, supply, 1),
      line('室外', hours.outdoor_c, outdoor, 1),
    ],
  }
}
