/** What a case of matching shows on its map, and which keys do what in the queue. */
import type { MarkedPlace } from './parts/PlaceMap.vue'
import type { MatchCase } from './upkeep'

const SHOWN = 3

/** The record, the target it is linked to, and the best candidates. */
export function placesOf(found: MatchCase | null): MarkedPlace[] {
  if (found?.longitude == null || found.latitude == null) return []
  const own: MarkedPlace = { key: `own-${found.id}`, lon: found.longitude, lat: found.latitude, label: found.name, tone: 'main' }
  const others = found.candidates.slice(0, SHOWN).map(({ number, longitude, latitude, name }, i): MarkedPlace => {
    const tag = number === found.present ? '现' : String(i + 1)
    return { key: `${found.id}-${number}`, lon: longitude, lat: latitude, label: `${tag} ${name}`, tone: i === 0 ? 'good' : 'other' }
  })
  return [...others, own]
}

export type Command = 'next' | 'previous' | 'accept' | 'keep' | 'undo' | { candidate: number }

/** j/k move, Enter takes the best, x keeps the link, u takes back, 1–5 take a candidate. */
export function commandOf(key: string): Command | null {
  const named: Record<string, Command> = { j: 'next', ArrowDown: 'next', k: 'previous', ArrowUp: 'previous', Enter: 'accept', x: 'keep', u: 'undo' }
  if (/^[1-5]$/.test(key)) return { candidate: Number(key) - 1 }
  return named[key] ?? null
}
