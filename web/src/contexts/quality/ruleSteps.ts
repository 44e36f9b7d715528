/** How a step of a rule is taken back. */
import type { Rule, RuleDecision } from './ruleQueries'

export interface Undo {
  /** What was done, said to the reader. */
  done: string
  decision: RuleDecision
  version?: number
  reason: string
}

/** The step that leads back to what stood before; null where nothing in force changed (a restored draft). */
export function undoOf(before: Pick<Rule, 'state' | 'version'>, decision: RuleDecision): Undo | null {
  if (decision === 'retire') return { done: '已停用。', decision: 'publish', version: before.version, reason: '撤销停用' }
  if (decision === 'restore') return null
  if (before.state === 'published') return { done: '已发布。', decision: 'publish', version: before.version, reason: '撤销发布，恢复原生效版本' }
  return { done: '已发布。', decision: 'retire', reason: '撤销发布' }
}
