/** Scores along common axes as a radar. */
import type { EChartsOption } from 'echarts'
import type { Schemas } from '@/api/types'
import { baseOption, legend, tooltip, type ChartLook } from '@/ui/chartLook'

export function radarOption(radar: Schemas['Radar'], look: ChartLook): EChartsOption {
  return {
    ...baseOption(look),
    tooltip: tooltip(look),
    legend: { ...legend(look), show: radar.lines.length > 1 },
    radar: {
      radius: '66%',
      center: ['50%', '56%'],
      indicator: radar.axes.map((name, i) => ({ name, max: radar.highs[i] })),
      axisName: { color: look.tokens.textMuted },
      axisLine: { lineStyle: { color: look.tokens.line } },
      splitLine: { lineStyle: { color: look.tokens.line } },
      splitArea: { show: false },
    },
    series: [
      {
        type: 'radar',
        symbolSize: 4,
        areaStyle: { opacity: 0.12 },
        data: radar.lines.map(({ name, values }) => ({ name, value: values.map((value) => value ?? 0) })),
      },
    ],
  }
}
