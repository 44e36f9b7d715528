/** Checks of records added up: by table, and over all. */
import type { Issue, IssueDecision, RuleCount } from './recordQueries'

export interface TableChecks {
  kind: string
  name: string
  open: number
  rules: RuleCount[]
}

/** Checks under the table they judge, the table with most open issues first, within it likewise. */
export function byTable(counts: readonly RuleCount[]): TableChecks[] {
  const found = new Map<string, TableChecks>()
  for (const one of counts) {
    const table = found.get(one.kind) ?? { kind: one.kind, name: one.kind_name, open: 0, rules: [] }
    table.open += one.open_issues
    table.rules.push(one)
    found.set(one.kind, table)
  }
  const tables = [...found.values()].sort((a, b) => b.open - a.open)
  tables.forEach(({ rules }) => rules.sort((a, b) => b.open_issues - a.open_issues))
  return tables
}

export interface IssueTotals {
  open: number
  accepted: number
  dismissed: number
  solved: number
  /** Judged records of the newest runs; null where the reader does not see the whole city. */
  checked: number | null
}

export function totalsOf(counts: readonly RuleCount[]): IssueTotals {
  const sum = (key: 'open_issues' | 'accepted_issues' | 'dismissed_issues' | 'solved_issues'): number => counts.reduce((all, one) => all + one[key], 0)
  const told = counts.filter(({ checked }) => checked !== null)
  return {
    open: sum('open_issues'),
    accepted: sum('accepted_issues'),
    dismissed: sum('dismissed_issues'),
    solved: sum('solved_issues'),
    checked: told.length ? told.reduce((all, { checked }) => all + (checked ?? 0), 0) : null,
  }
}

/** Issues that a decision can still be taken about. */
export function decidable(issues: readonly Issue[], decision: IssueDecision): Issue[] {
  return issues.filter(({ state, can_apply }) => state === 'open' && (decision === 'dismiss' || can_apply))
}
