/** Which colour role the tone of a heat user's tag has. */
import type { ColourRole } from '@/kernel/levels'

const ROLES: Readonly<Record<string, ColourRole>> = { serious: 'level1', warning: 'level2', notice: 'level4', neutral: 'off' }

export function tagRole(tone: string): ColourRole {
  return ROLES[tone] ?? 'none'
}
