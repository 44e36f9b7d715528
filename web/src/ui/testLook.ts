/** The look that tests of option builders use. */
import { SERIES_COLOURS, TOKENS } from '@/app/theme/tokens'
import type { ChartLook } from './chartLook'

export const DARK: ChartLook = { tokens: TOKENS.dark, series: SERIES_COLOURS.dark }
