/** Which client is shown how much: the policy in force, and what an administrator changes of it. */
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'

export type Secrecy = Schemas['SecrecyOut']

export interface SecrecyDraft {
  /** `section.key` → level. */
  levels: Record<string, string>
  /** Client → metres. */
  grids: Record<string, number>
  /** List → networks, one a line. */
  networks: Record<string, string>
}

export const getSecrecy = (): Promise<Secrecy> => body(api.GET('/api/v1/secrecy'))

export function draftOf(told: Secrecy): SecrecyDraft {
  return {
    levels: Object.fromEntries(told.sections.flatMap(({ key, items }) => items.map((item) => [`${key}.${item.key}`, item.level]))),
    grids: Object.fromEntries(told.clients.map(({ key, grid_m }) => [key, grid_m])),
    networks: Object.fromEntries(told.networks.map(({ key, networks }) => [key, networks.join('\n')])),
  }
}

/** What is sent: levels only where they differ from what is delivered, so that later deliveries can raise the others. */
export function changeOf(told: Secrecy, draft: SecrecyDraft, reason: string): Schemas['SecrecyChange'] {
  const shipped = new Map<string, string>(told.sections.flatMap(({ key, items }) => items.map((item) => [`${key}.${item.key}`, item.shipped] as [string, string])))
  const lines = (text: string): string[] => text.split(/\s+/).filter(Boolean)
  return {
    seen: told.version,
    reason,
    levels: Object.fromEntries(Object.entries(draft.levels).filter(([key, level]) => shipped.get(key) !== level)),
    grids: draft.grids,
    networks: Object.fromEntries(Object.entries(draft.networks).map(([key, text]) => [key, lines(text)])),
  }
}

export const saveSecrecy = (change: Schemas['SecrecyChange']): Promise<Secrecy> => body(api.POST('/api/v1/secrecy', { body: change }))

/** Is something of this level shown to a client of that clearance? */
export function isShown(told: Secrecy, level: string, clearance: string): boolean {
  const order = told.levels.map(({ key }) => key)
  return order.indexOf(level) <= order.indexOf(clearance)
}
