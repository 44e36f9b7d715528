/** Parts of a whole as a ring. */
import type { EChartsOption } from 'echarts'
import type { Schemas } from '@/api/types'
import { formatMeasure, isNumber } from '@/kernel/format'
import { baseOption, legend, toneColour, tooltip, type ChartLook } from '@/ui/chartLook'

/** Parts that share a tone are told apart by the palette instead. */
function areToldApart(shares: Schemas['Pie']['shares']): boolean {
  const tones = shares.map(({ tone }) => tone).filter((tone) => tone !== 'neutral')
  return new Set(tones).size === tones.length
}

export function pieOption(pie: Schemas['Pie'], look: ChartLook): EChartsOption {
  const shown = pie.shares.filter(({ value }) => isNumber(value) && value > 0)
  const byTone = areToldApart(shown)
  return {
    ...baseOption(look),
    tooltip: {
      ...tooltip(look),
      trigger: 'item',
      valueFormatter: (value) => formatMeasure(isNumber(value) ? value : null, pie.unit, 0, true),
    },
    legend: { ...legend(look), orient: 'vertical', top: 'middle', right: 0 },
    series: [
      {
        type: 'pie',
        radius: ['48%', '74%'],
        center: ['36%', '50%'],
        itemStyle: { borderColor: look.tokens.panel, borderWidth: 2 },
        label: { color: look.tokens.text, formatter: '{d}%' },
        labelLine: { length: 6, length2: 6 },
        data: shown.map(({ name, value, tone }) => ({
          name,
          value: value as number,
          itemStyle: byTone && tone !== 'neutral' ? { color: toneColour(tone, look.tokens) } : undefined,
        })),
      },
    ],
  }
}
