/** What levels, live states and verdicts are called and which colour role each has. */

/** Names of colour roles; the theme holds the colours. */
export type ColourRole = 'level1' | 'level2' | 'level3' | 'level4' | 'ok' | 'none' | 'stale' | 'off' | 'textMuted'

export interface Word {
  zh: string
  short: string
  role: ColourRole
}

const LEVELS: Readonly<Record<number, Word>> = {
  1: { zh: '特别重大', short: 'Ⅰ', role: 'level1' },
  2: { zh: '重大', short: 'Ⅱ', role: 'level2' },
  3: { zh: '较大', short: 'Ⅲ', role: 'level3' },
  4: { zh: '一般', short: 'Ⅳ', role: 'level4' },
}

const UNKNOWN: Word = { zh: '未知', short: '?', role: 'none' }

export const LEVEL_NUMBERS: readonly number[] = [1, 2, 3, 4]

/** Alert levels Ⅰ (worst) to Ⅳ. */
export function levelWord(level: number): Word {
  return LEVELS[level] ?? UNKNOWN
}

const STATES: readonly Word[] = [
  { zh: '无数据', short: '无数据', role: 'none' },
  { zh: '正常', short: '正常', role: 'ok' },
  { zh: 'Ⅳ级告警', short: 'Ⅳ级', role: 'level4' },
  { zh: 'Ⅲ级告警', short: 'Ⅲ级', role: 'level3' },
  { zh: 'Ⅱ级告警', short: 'Ⅱ级', role: 'level2' },
  { zh: 'Ⅰ级告警', short: 'Ⅰ级', role: 'level1' },
  { zh: '通讯中断', short: '中断', role: 'stale' },
  { zh: '停运', short: '停运', role: 'off' },
]

export const STATE_CODES: readonly number[] = STATES.map((_, code) => code)

/** The operation state byte of the live map. */
export function stateWord(code: number | null | undefined): Word {
  return STATES[code ?? 0] ?? UNKNOWN
}

const VERDICTS: readonly Word[] = [
  { zh: '可信', short: '', role: 'ok' },
  { zh: '可疑', short: '疑', role: 'level3' },
  { zh: '错误', short: '误', role: 'level1' },
  { zh: '缺失', short: '缺', role: 'none' },
  { zh: '补全', short: '补', role: 'level4' },
  { zh: '人工确认', short: '确', role: 'ok' },
]

/** Trust in one value, in the order of the server's verdict codes. */
export function verdictWord(code: number | null | undefined): Word {
  return VERDICTS[code ?? 0] ?? UNKNOWN
}

/** The theme's colour of a role, for style bindings: `level1 → var(--ch-level1)`, `textMuted → var(--ch-text-muted)`. */
export function cssRole(role: ColourRole): string {
  return `var(--ch-${role.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)})`
}
