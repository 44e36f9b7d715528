import { expect, it } from 'vitest'
import { exportAddress, type Issue, type RuleCount } from './recordQueries'
import { byTable, decidable, totalsOf } from './recordSummary'

const count = (rule: number, kind: string, open: number, checked: number | null = 10): RuleCount => ({
  rule, code: `c${rule}`, rule_name: '', kind, kind_name: kind, data_class: 'archive', data_class_name: '', open_issues: open, accepted_issues: 1,
  dismissed_issues: 2, solved_issues: 3, checked, violations: checked === null ? null : open, skipped: 0,
})

it('puts checks under their table, the worst first', () => {
  const tables = byTable([count(1, 'plant', 0), count(2, 'unit', 1), count(3, 'unit', 4)])
  expect(tables.map(({ kind, open, rules }) => [kind, open, rules.map(({ rule }) => rule)])).toEqual([['unit', 5, [3, 2]], ['plant', 0, [1]]])
})

it('adds up, and tells checked records only to who may see all', () => {
  expect(totalsOf([count(1, 'unit', 4), count(2, 'unit', 1)])).toEqual({ open: 5, accepted: 2, dismissed: 4, solved: 6, checked: 20 })
  expect(totalsOf([count(1, 'unit', 4, null)]).checked).toBeNull()
})

it('offers decisions only where one is left', () => {
  const issues = [{ id: 1, state: 'open', can_apply: true }, { id: 2, state: 'open', can_apply: false }, { id: 3, state: 'solved', can_apply: true }] as Issue[]
  expect(decidable(issues, 'accept').map(({ id }) => id)).toEqual([1])
  expect(decidable(issues, 'dismiss').map(({ id }) => id)).toEqual([1, 2])
})

it('exports what is filtered', () => {
  expect(exportAddress({ state: 'open', rule: undefined, text: '' }, 'csv')).toBe('/api/v1/quality/records/issues/export?format=csv&state=open')
})
