import { afterEach, expect, it } from 'vitest'
import { TOKENS, cssName } from './tokens'
import { fromPaper, toPaper, useTheme } from './useTheme'

const panel = (): string => document.documentElement.style.getPropertyValue(cssName('panel'))

afterEach(() => useTheme().set('dark'))

it.each(['dark', 'light'] as const)('prints in light colours and goes back to %s', (chosen) => {
  const theme = useTheme()
  theme.set(chosen)
  toPaper()
  expect([theme.name.value, panel(), theme.tokens.value.panel]).toEqual(['light', TOKENS.light.panel, TOKENS.light.panel])
  fromPaper()
  expect([theme.name.value, panel()]).toEqual([chosen, TOKENS[chosen].panel])
})
