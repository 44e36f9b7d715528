/** Which pages the navigation offers, in its order; a page the user may not see is left out. */
import { Bell, Collection, DataBoard, House, List, MapLocation, Monitor } from '@element-plus/icons-vue'
import type { Component } from 'vue'

export interface NavigationEntry {
  to: string
  /** Heading it stands under; the first group has none. */
  group?: string
  title: string
  icon: Component
  permission?: string
}

export const NAVIGATION: readonly NavigationEntry[] = [
  { to: '/', title: '供热一张图', icon: MapLocation },
  { to: '/screens', title: '运行总览', icon: DataBoard, permission: 'screens.view' },
  { to: '/boilers', title: '锅炉房', icon: House, permission: 'telemetry.view' },
  { to: '/substations', title: '换热站', icon: List, permission: 'telemetry.view' },
  { to: '/alerts', title: '告警', icon: Bell, permission: 'alerts.view' },
  { to: '/archives', title: '档案', icon: Collection, permission: 'assets.view' },
  { to: '/status', title: '接入状态', icon: Monitor, permission: 'telemetry.view' },
]

export function allowed(entries: readonly NavigationEntry[], may: (permission?: string) => boolean): NavigationEntry[] {
  return entries.filter((entry) => may(entry.permission))
}

/** The entry a path belongs to: the longest address it starts with. */
export function activeEntry(entries: readonly NavigationEntry[], path: string): NavigationEntry | undefined {
  const matches = entries.filter(({ to }) => (to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`)))
  return matches.sort((a, b) => b.to.length - a.to.length)[0]
}

/** Entries under their headings, in order. */
export function grouped(entries: readonly NavigationEntry[]): { group: string; entries: NavigationEntry[] }[] {
  const groups = new Map<string, NavigationEntry[]>()
  for (const entry of entries) {
    const group = entry.group ?? ''
    groups.set(group, [...(groups.get(group) ?? []), entry])
  }
  return [...groups].map(([group, members]) => ({ group, entries: members }))
}
