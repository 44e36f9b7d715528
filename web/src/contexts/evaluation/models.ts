/** Changing an evaluation model: copies, shares of weights, and what differs. */
import type { Model, Score } from './queries'

/** An independent copy to edit. */
export function copyOf(model: Model): Model {
  return JSON.parse(JSON.stringify(model)) as Model
}

export function isSame(a: Model, b: Model): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** What a weight is of the whole, 0–1; 0 when nothing weighs. */
export function shareOf(weight: number, all: readonly number[]): number {
  const sum = all.reduce((total, one) => total + one, 0)
  return sum > 0 ? weight / sum : 0
}

/** Movement in a ranking as a mark: ▲2, ▼1, nothing when it stayed. */
export function movedText(moved: number): string {
  if (!moved) return ''
  return moved > 0 ? `▲${moved}` : `▼${-moved}`
}

/** A change in points with its sign. */
export function changeText(change: number | null | undefined): string {
  if (typeof change !== 'number') return '—'
  return change > 0 ? `+${change.toFixed(2)}` : change.toFixed(2)
}

/** Best first; who has no place stands last. */
export function byPlace(scores: readonly Score[]): Score[] {
  return [...scores].sort((a, b) => (a.place || Infinity) - (b.place || Infinity) || a.subject_id - b.subject_id)
}
