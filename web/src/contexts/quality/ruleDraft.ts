/** What a rule in the making says: its first form, whether it was changed, and what is still missing. */
import type { RuleContent } from './ruleQueries'

export function emptyContent(): RuleContent {
  return {
    title: '',
    expression: '',
    when: '',
    each: [],
    marks: [],
    parameters: {},
    family: 'boundary',
    dimension: 'accuracy',
    level: 4,
    weight: 1,
    action: 'mark',
    verdict: 1,
    fill: 'leave',
    alarm_at: '',
    alarm_after_min: 10,
    alarm_clear_min: 10,
    alarm_share: 0.05,
    scope: { companies: [], districts: [], systems: [], season: '' },
    valid_from: null,
    valid_to: null,
  }
}

/** A copy that the form may change, with every part of the scope present. */
export function draftOf(content: RuleContent): RuleContent {
  const copy = JSON.parse(JSON.stringify(content)) as RuleContent
  return { ...copy, scope: { ...emptyContent().scope, ...copy.scope } }
}

/** The same whatever the order of keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a.localeCompare(b)).map(([key, one]) => [key, sorted(one)]))
}

export function isSame(one: RuleContent, other: RuleContent): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
}

export interface RuleHead {
  code: string
  kind: string
  dataClass: string
}

/** What must be filled in before the server can be asked to keep the rule; by field. */
export function missing(head: RuleHead, content: RuleContent): Record<string, string> {
  const found: Record<string, string> = {}
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,39}$/.test(head.code)) found.code = '英文字母开头，由字母、数字和下划线组成，至多 40 个字符'
  if (!content.title.trim()) found.title = '请填写规则名称'
  if (!content.expression.trim()) found.expression = '请填写表达式'
  for (const [code, { zh, source }] of Object.entries(content.parameters)) {
    if (!zh.trim() || !source.trim()) found.parameters ??= `请填写参数 ${zh || code} 的名称和来源`
  }
  if (content.valid_from && content.valid_to && content.valid_to < content.valid_from) found.valid_to = '失效日期早于生效日期'
  return found
}

/** A code for a new parameter that none has yet. */
export function freeParameterCode(parameters: Readonly<Record<string, unknown>>): string {
  let n = Object.keys(parameters).length + 1
  while (`p${n}` in parameters) n += 1
  return `p${n}`
}

/** What decides which readings are hit; the rest (names, weights, alarms) does not. */
export function judgedPart({ expression, when, each, marks, parameters, scope, valid_from, valid_to }: RuleContent): unknown {
  const numbers = Object.entries(parameters).map(([code, { zh, unit, value }]) => [code, zh, unit, value])
  return { expression, when, each, marks, numbers, scope, valid_from, valid_to }
}
