/** Which kinds have an overview, where their rows lead to, and how reasons are shown. */
import { Bell, ChatLineSquare, Cpu, DataLine, House, Medal, Odometer } from '@element-plus/icons-vue'
import type { Component } from 'vue'
import { scenePath } from '@/contexts/twin/sceneQueries'
import { traceText } from '@/contexts/twin/trace'
import type { FocusQuery, Reference } from './queries'

export const FOCUS_KINDS = ['branch', 'boiler', 'substation', 'heat_user'] as const
export type FocusKind = (typeof FOCUS_KINDS)[number]

export const FOCUS_PATHS: Readonly<Record<FocusKind, string>> = {
  branch: '/overview/branches',
  boiler: '/overview/boilers',
  substation: '/overview/substations',
  heat_user: '/overview/users',
}

const REASON_ICONS: Readonly<Record<string, Component>> = {
  alerts: Bell,
  findings: Cpu,
  data: DataLine,
  deviation: Odometer,
  rooms: House,
  complaints: ChatLineSquare,
  evaluation: Medal,
}

export function reasonIcon(key: string): Component {
  return REASON_ICONS[key] ?? Bell
}

export interface Leading {
  to: string
  title: string
}

interface Place {
  kind: string
  number: number
}

/** The map with the object chosen. */
export function mapPath({ kind, number }: Place, theme = ''): string {
  return `/?focus=${kind}:${number}${theme ? `&theme=${theme}` : ''}`
}

/** The map with everything that hangs on the object, or the way to its source. */
export function relationPath({ kind, number }: Place, what: 'down' | 'up'): string {
  return `/?trace=${encodeURIComponent(traceText({ what, kind, number, by: 'network' }))}`
}

/** The page of an object: homes have their own. */
export function objectPath({ kind, number }: Place): string {
  return kind === 'heat_user' ? `/overview/users/${number}` : `/objects/${kind}/${number}`
}

/** Where a row leads besides its own page; a home has no marks of its own on the map, only its way to the source. */
export function leadings(place: Place): Leading[] {
  const scene = scenePath(place.kind, place.number)
  const down = place.kind === 'heat_user' ? [] : [{ to: mapPath(place), title: '地图' }, { to: relationPath(place, 'down'), title: '供热范围' }]
  const up = place.kind === 'branch' || place.kind === 'boiler' ? [] : [{ to: relationPath(place, 'up'), title: '供热来源' }]
  return [...down, ...up, ...(scene ? [{ to: scene, title: '三维工艺' }] : [])]
}

/** A step of the way from the city to one home. */
export function wayPath({ kind, number }: Pick<Reference, 'kind' | 'number'>): string {
  if (kind === 'city') return '/overview/way'
  return kind === 'heat_user' ? objectPath({ kind, number }) : `/overview/way/${kind}/${number}`
}

/** Only what was chosen goes to the server. */
export function focusQuery(chosen: Readonly<Record<string, string>>, page: number, size: number): FocusQuery {
  const numbers = Object.fromEntries(['company', 'district', 'level'].flatMap((name) => (chosen[name] ? [[name, Number(chosen[name])]] : [])))
  const texts = Object.fromEntries(['reason', 'source', 'model', 'text', 'within'].flatMap((name) => (chosen[name] ? [[name, chosen[name]]] : [])))
  return { ...numbers, ...texts, ...(chosen.everybody ? { everybody: true } : {}), page, size }
}
