/** Which rules of the library are asked for, and which family covers which class of data. */
import type { RuleRow } from './ruleQueries'

export interface RuleFilter {
  dataClass: string
  family: string
  dimension: string
  level: string
  state: string
  /** `shipped`, `own` or empty. */
  origin: string
  text: string
}

type Asked = Pick<RuleRow, 'data_class' | 'family' | 'dimension' | 'level' | 'state' | 'is_shipped' | 'title' | 'code'>

function says(wanted: string, value: string): boolean {
  return !wanted || wanted === value
}

/** Does a rule pass all filters?  `text` is looked for in title, code and formula. */
export function passes(rule: Asked & { expression?: string }, filter: RuleFilter): boolean {
  const text = filter.text.toLowerCase()
  return (
    says(filter.dataClass, rule.data_class) &&
    says(filter.family, rule.family) &&
    says(filter.dimension, rule.dimension) &&
    says(filter.level, String(rule.level)) &&
    says(filter.state, rule.state) &&
    says(filter.origin, rule.is_shipped ? 'shipped' : 'own') &&
    (!text || `${rule.title}\n${rule.code}\n${rule.expression ?? ''}`.toLowerCase().includes(text))
  )
}

export interface Choice {
  value: string
  name: string
}

export interface Coverage {
  families: Choice[]
  classes: Choice[]
  /** Published rules by class and family. */
  counts: number[][]
  /** Drafts and retired ones besides. */
  others: number[][]
}

/** Rules by data class (rows) and family (columns). */
export function coverage(
  rules: readonly Pick<RuleRow, 'data_class' | 'family' | 'state'>[],
  classes: readonly Choice[],
  families: readonly Choice[],
): Coverage {
  const count = (isPublished: boolean): number[][] =>
    classes.map(({ value: dataClass }) =>
      families.map(
        ({ value: family }) =>
          rules.filter((r) => r.data_class === dataClass && r.family === family && (r.state === 'published') === isPublished).length,
      ),
    )
  return { classes: [...classes], families: [...families], counts: count(true), others: count(false) }
}

/** Rows sorted by a column of the list; `-` in front for descending, ties by number. */
export function sortRules<T extends RuleRow & { violations: number | null }>(rules: readonly T[], order: string): T[] {
  const down = order.startsWith('-')
  const key = down ? order.slice(1) : order
  const value = (rule: T): number | string => {
    if (key === 'level') return rule.level
    if (key === 'weight') return rule.weight
    if (key === 'violations') return rule.violations ?? -1
    return key === 'title' ? rule.title : rule.number
  }
  return [...rules].sort((a, b) => {
    const [x, y] = [value(a), value(b)]
    const compared = typeof x === 'string' ? x.localeCompare(String(y), 'zh-CN') : x - Number(y)
    return (down ? -compared : compared) || a.number - b.number
  })
}
