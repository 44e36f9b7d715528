/** The theme's colour of a tone, for style bindings. */
import { cssName } from '@/app/theme/tokens'
import { TONE_TOKENS, type Tone } from '@/ui/chartLook'

export function toneStyle(tone: Tone): string {
  return tone === 'neutral' ? 'var(--ch-text)' : `var(${cssName(TONE_TOKENS[tone])})`
}
