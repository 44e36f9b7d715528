/** Which colours the platform speaks in: one table for style sheets, charts and the map. */

export type ThemeName = 'dark' | 'light'

export interface Tokens {
  bg: string
  bgDeep: string
  panel: string
  panelRaised: string
  line: string
  lineStrong: string
  text: string
  textMuted: string
  textFaint: string
  accent: string
  accentSoft: string
  glow: string
  ok: string
  none: string
  stale: string
  off: string
  level1: string
  level2: string
  level3: string
  level4: string
}

/** Dark command room: navy ground, cyan lines; contrast of text on panel ≥ 7:1, of muted text ≥ 4.5:1. */
const dark: Tokens = {
  bg: '#061222',
  bgDeep: '#030b17',
  panel: '#0a1c34',
  panelRaised: '#0f2746',
  line: 'rgba(70, 150, 220, 0.24)',
  lineStrong: 'rgba(43, 213, 255, 0.55)',
  text: '#e6f1ff',
  textMuted: '#9db8d8',
  textFaint: '#6d89ab',
  accent: '#2bd5ff',
  accentSoft: 'rgba(43, 213, 255, 0.12)',
  glow: '0 0 18px rgba(43, 213, 255, 0.12)',
  ok: '#2fe0a2',
  none: '#5a6f8c',
  stale: '#b095e6',
  off: '#8595ab',
  level1: '#ff4d5e',
  level2: '#ff9a3c',
  level3: '#ffd84a',
  level4: '#4aa8ff',
}

/** Light office: the same roles on white; level colours darkened until they are readable as text. */
const light: Tokens = {
  bg: '#f1f5fa',
  bgDeep: '#e6edf5',
  panel: '#ffffff',
  panelRaised: '#f6f9fd',
  line: 'rgba(30, 80, 130, 0.18)',
  lineStrong: 'rgba(0, 116, 179, 0.55)',
  text: '#15263c',
  textMuted: '#4b6380',
  textFaint: '#6d839c',
  accent: '#0074b3',
  accentSoft: 'rgba(0, 116, 179, 0.09)',
  glow: '0 1px 4px rgba(20, 50, 90, 0.08)',
  ok: '#0b8a5c',
  none: '#8b9bb0',
  stale: '#7350b8',
  off: '#66778c',
  level1: '#d3202f',
  level2: '#c55a00',
  level3: '#937000',
  level4: '#1667c4',
}

export const TOKENS: Record<ThemeName, Tokens> = { dark, light }

/** Series colours, in the order charts take them; readable on both grounds. */
export const SERIES_COLOURS: Record<ThemeName, readonly string[]> = {
  dark: ['#2bd5ff', '#ff9a3c', '#7cf29c', '#c79bff', '#ffd84a', '#ff7d9c', '#6fa8ff', '#5fe0d0'],
  light: ['#0074b3', '#c55a00', '#178a4c', '#7350b8', '#937000', '#c22f62', '#3457c9', '#087f76'],
}

/** CSS custom property of a token: `textMuted` → `--ch-text-muted`. */
export function cssName(token: string): string {
  return `--ch-${token.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`
}
