/** Which layers a viewer has on: how a link writes it, and how it is remembered on his machine. */

export type PipeColours = 'state' | 'medium'

export interface LayerChoice {
  layers: readonly string[]
  areas: readonly string[]
  /** Groups of the base map that are off. */
  baseOff: readonly string[]
  pipes: PipeColours
}

const KEY = /^[a-z_]+$/

/** `pipes.plants~company~roads~medium`: layers on, areas on, base groups off, colours of pipes. */
export function choiceText({ layers, areas, baseOff, pipes }: LayerChoice): string {
  return [layers.join('.'), areas.join('.'), baseOff.join('.'), pipes].join('~')
}

/** The choice in an address or a memory; null if there is none or it makes no sense. */
export function choiceOf(text: unknown): LayerChoice | null {
  if (typeof text !== 'string') return null
  const parts = text.split('~')
  if (parts.length !== 4) return null
  const lists = parts.slice(0, 3).map((part) => part.split('.').filter((key) => key !== ''))
  if (lists.flat().some((key) => !KEY.test(key))) return null
  const [layers, areas, baseOff] = lists as [string[], string[], string[]]
  return { layers, areas, baseOff, pipes: parts[3] === 'medium' ? 'medium' : 'state' }
}

const place = (user: string): string => `map-layers:${user}`

export function remembered(user: string): LayerChoice | null {
  try {
    return choiceOf(localStorage.getItem(place(user)))
  } catch {
    return null // storage is switched off
  }
}

export function remember(user: string, choice: LayerChoice): void {
  try {
    localStorage.setItem(place(user), choiceText(choice))
  } catch {
    // storage is switched off or full: the choice holds until the page is left
  }
}
