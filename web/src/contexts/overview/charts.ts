/** Charts of levels: the same bars and lines as every panel's, in the colours of the levels they count. */
import type { EChartsOption } from 'echarts'
import type { Schemas } from '@/api/types'
import { barsOption } from '@/panels/kinds/bars/option'
import { seriesOption } from '@/panels/kinds/series/option'
import type { ChartLook } from '@/ui/chartLook'

/** Lines come in the order Ⅰ, Ⅱ, Ⅲ, Ⅳ; what follows has no level. */
function levelColours({ tokens }: ChartLook): string[] {
  return [tokens.level1, tokens.level2, tokens.level3, tokens.level4, tokens.textFaint]
}

export function ownersOption(bars: Schemas['Bars'], look: ChartLook): EChartsOption {
  return { ...barsOption(bars, look), color: levelColours(look) }
}

export function courseOption(series: Schemas['Series'], look: ChartLook): EChartsOption {
  const found = seriesOption({ times: series.times, lines: series.lines, decimals: 0 }, look)
  return { ...found, color: levelColours(look) }
}
