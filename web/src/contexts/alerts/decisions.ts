/** What may still be decided about an alert, and what each decision is called. */
import type { Alert, Decision } from './queries'

export interface DecisionWord {
  decision: Decision
  zh: string
  /** The decision needs a reason. */
  needsNote: boolean
}

export const DECISIONS: readonly DecisionWord[] = [
  { decision: 'confirm', zh: '确认', needsNote: false },
  { decision: 'false', zh: '误报', needsNote: true },
  { decision: 'close', zh: '关闭', needsNote: true },
]

const OPEN = new Set(['new', 'confirmed', 'handling', 'verifying'])

export function isOpen({ state }: Pick<Alert, 'state'>): boolean {
  return OPEN.has(state)
}

/** A new alert can be confirmed; any open one can be closed or called false. */
export function decisionsFor(alert: Pick<Alert, 'state'>): readonly DecisionWord[] {
  if (!isOpen(alert)) return []
  return DECISIONS.filter(({ decision }) => decision !== 'confirm' || alert.state === 'new')
}
