/** Which panels should be asked again, and which show something old. */
import type { PanelAnswer } from './kinds/result'

/** An answer this many refresh times old counts as stale: the server should have had a newer one. */
const STALE_TIMES = 3
const SLACK_S = 60

function ageS(answer: PanelAnswer, now: number): number {
  return now - answer.at
}

export function isDue(answer: PanelAnswer, now: number): boolean {
  const refresh = answer.about?.refresh_s ?? 0
  return refresh > 0 && ageS(answer, now) >= refresh
}

export function isStale(answer: PanelAnswer, now: number): boolean {
  const refresh = answer.about?.refresh_s ?? 0
  return refresh > 0 && ageS(answer, now) > STALE_TIMES * refresh + SLACK_S
}

export function dueKeys(answers: Iterable<PanelAnswer>, now: number): string[] {
  return [...answers].filter((answer) => isDue(answer, now)).map(({ key }) => key)
}
