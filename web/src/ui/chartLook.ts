/** How charts look in a theme: the colours and fonts that option builders take as an argument. */
import { computed } from 'vue'
import type { Tokens } from '@/app/theme/tokens'
import { useTheme } from '@/app/theme/useTheme'

export type Tone = 'neutral' | 'good' | 'notice' | 'warning' | 'serious' | 'critical'

export interface ChartLook {
  tokens: Tokens
  series: readonly string[]
}

/** Which token colours a tone. */
export const TONE_TOKENS: Readonly<Record<Tone, keyof Tokens>> = {
  neutral: 'accent',
  good: 'ok',
  notice: 'level4',
  warning: 'level3',
  serious: 'level2',
  critical: 'level1',
}

export function toneColour(tone: Tone, tokens: Tokens): string {
  return tokens[TONE_TOKENS[tone]]
}

export function useChartLook() {
  const theme = useTheme()
  return computed<ChartLook>(() => ({ tokens: theme.tokens.value, series: theme.series.value }))
}

const FONT = "'Noto Sans SC', sans-serif"

/** What every chart shares. */
export function baseOption({ tokens, series }: ChartLook) {
  return {
    color: [...series],
    textStyle: { fontFamily: FONT, color: tokens.text },
    animationDuration: 300,
    backgroundColor: 'transparent',
    aria: { enabled: true },
  }
}

export function tooltip({ tokens }: ChartLook) {
  return {
    confine: true,
    backgroundColor: tokens.panelRaised,
    borderColor: tokens.line,
    textStyle: { color: tokens.text, fontSize: 12, fontFamily: FONT },
  }
}

export function legend({ tokens }: ChartLook) {
  return {
    type: 'scroll' as const,
    top: 0,
    itemWidth: 14,
    itemHeight: 8,
    textStyle: { color: tokens.textMuted, fontSize: 12 },
    inactiveColor: tokens.textFaint,
    pageIconColor: tokens.accent,
    pageTextStyle: { color: tokens.textMuted },
  }
}

export function axisStyle({ tokens }: ChartLook) {
  return {
    axisLine: { lineStyle: { color: tokens.line } },
    axisTick: { show: false },
    axisLabel: { color: tokens.textMuted, fontSize: 11, hideOverlap: true },
    nameTextStyle: { color: tokens.textMuted, fontSize: 11 },
    splitLine: { lineStyle: { color: tokens.line, type: 'dashed' as const } },
  }
}
