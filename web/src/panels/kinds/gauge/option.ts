/** One number on its range, with the target as a mark. */
import type { EChartsOption } from 'echarts'
import type { Schemas } from '@/api/types'
import { formatMeasure, isNumber } from '@/kernel/format'
import { baseOption, toneColour, type ChartLook } from '@/ui/chartLook'

/** Place of the target on the range, 0–1; null when there is none or it lies outside. */
export function targetPlace({ low, high, target }: Schemas['Gauge']): number | null {
  if (!isNumber(target) || high <= low) return null
  const place = (target - low) / (high - low)
  return place >= 0 && place <= 1 ? place : null
}

export function gaugeOption(gauge: Schemas['Gauge'], look: ChartLook): EChartsOption {
  const { measure, low, high } = gauge
  const colour = toneColour(measure.tone, look.tokens)
  const place = targetPlace(gauge)
  const track: [number, string][] = place === null ? [[1, look.tokens.line]] : [[place, look.tokens.line], [1, look.tokens.lineStrong]]
  return {
    ...baseOption(look),
    series: [
      {
        type: 'gauge',
        min: low,
        max: high,
        startAngle: 210,
        endAngle: -30,
        radius: '96%',
        center: ['50%', '58%'],
        progress: { show: isNumber(measure.value), width: 12, itemStyle: { color: colour } },
        axisLine: { lineStyle: { width: 12, color: track } },
        pointer: { show: false },
        axisTick: { show: false },
        splitLine: { show: false },
        axisLabel: { show: false },
        title: { color: look.tokens.textMuted, fontSize: 12, offsetCenter: [0, '34%'] },
        detail: {
          color: colour,
          fontSize: 24,
          offsetCenter: [0, '-4%'],
          formatter: () => formatMeasure(measure.value, measure.unit, measure.decimals),
        },
        data: [{ value: isNumber(measure.value) ? measure.value : low, name: measure.label }],
      },
    ],
  }
}
