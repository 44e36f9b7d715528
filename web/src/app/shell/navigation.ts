/** Which pages the navigation offers, in its order; a page the user may not see is left out. */
import {
  Aim,
  AlarmClock,
  Bell,
  ChatLineSquare,
  Collection,
  Cpu,
  DataBoard,
  DocumentChecked,
  Drizzling,
  Files,
  FolderOpened,
  Guide,
  House,
  List,
  MapLocation,
  Medal,
  Monitor,
  Notebook,
  Odometer,
  SetUp,
  Tickets,
  TrendCharts,
  UploadFilled,
  UserFilled,
} from '@element-plus/icons-vue'
import type { Component } from 'vue'

export interface NavigationEntry {
  to: string
  /** Heading it stands under; the first group has none. */
  group?: string
  title: string
  icon: Component
  /** Pages with addresses of their own that are tabs of this one. */
  holds?: readonly string[]
  permission?: string
}

export const NAVIGATION: readonly NavigationEntry[] = [
  { to: '/', title: '供热一张图', icon: MapLocation },
  { to: '/overview', title: '城市总览', icon: TrendCharts, permission: 'alerts.view' },
  { to: '/screens', title: '运行总览', icon: DataBoard, permission: 'screens.view' },
  { to: '/boilers', title: '锅炉房', icon: House, permission: 'telemetry.view' },
  { to: '/substations', title: '换热站', icon: List, permission: 'telemetry.view' },
  { to: '/alerts', title: '告警', icon: Bell, permission: 'alerts.view' },
  { to: '/orders', title: '督办单', icon: Tickets, permission: 'orders.view' },
  { to: '/archives', holds: ['/archive/matching', '/archive/changes', '/archive/import', '/archive/coordinates', '/archive/secrecy'], title: '档案', icon: Collection, permission: 'assets.view' },
  { to: '/status', title: '接入状态', icon: Monitor, permission: 'telemetry.view' },
  { to: '/diagnosis', group: '供热诊断', title: '诊断总览', icon: Aim, permission: 'diagnosis.view' },
  { to: '/diagnosis/service', holds: ['/diagnosis/rooms', '/diagnosis/portraits', '/diagnosis/special-users', '/diagnosis/demands', '/diagnosis/visits'], group: '供热诊断', title: '室温与服务', icon: UserFilled, permission: 'diagnosis.view' },
  { to: '/diagnosis/scenarios', holds: ['/diagnosis/forecast'], group: '供热诊断', title: '天气与寒潮', icon: Drizzling, permission: 'diagnosis.view' },
  { to: '/diagnosis/guidance', holds: ['/diagnosis/capacity', '/diagnosis/peak-boilers'], group: '供热诊断', title: '调控指导', icon: Guide, permission: 'diagnosis.view' },
  { to: '/diagnosis/models', holds: ['/diagnosis/parameters', '/diagnosis/overrides', '/diagnosis/drift', '/diagnosis/feedback'], group: '供热诊断', title: '诊断模型', icon: Cpu, permission: 'diagnosis.view' },
  { to: '/governance', group: '数据治理', title: '治理总览', icon: Odometer, permission: 'governance.view' },
  { to: '/quality/board', group: '数据治理', title: '实时告警板', icon: AlarmClock, permission: 'alerts.view' },
  { to: '/governance/orders', group: '数据治理', title: '治理工单', icon: Files, permission: 'governance.view' },
  { to: '/quality/uploads', group: '数据治理', title: '上传监管', icon: UploadFilled, permission: 'quality.view' },
  { to: '/quality/rules', group: '数据治理', title: '规则库', icon: SetUp, permission: 'quality.view' },
  { to: '/quality/records', group: '数据治理', title: '数据核查', icon: DocumentChecked, permission: 'quality.view' },
  { to: '/evaluation', group: '数据治理', title: '质量评分', icon: Medal, permission: 'evaluation.view' },
  { to: '/catalogue', group: '数据治理', title: '数据目录', icon: FolderOpened, permission: 'catalogue.view' },
  { to: '/complaints', group: '数据治理', title: '投诉记录', icon: ChatLineSquare, permission: 'complaints.view' },
  { to: '/governance/trainings', holds: ['/governance/compliance'], group: '数据治理', title: '培训与合规', icon: Notebook, permission: 'governance.view' },
]

export function allowed(entries: readonly NavigationEntry[], may: (permission?: string) => boolean): NavigationEntry[] {
  return entries.filter((entry) => may(entry.permission))
}

/** The entry a path belongs to: the longest address it starts with. */
export function activeEntry(entries: readonly NavigationEntry[], path: string): NavigationEntry | undefined {
  const under = (to: string): boolean => (to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`))
  const matches = entries.flatMap((entry) => [entry.to, ...(entry.holds ?? [])].filter(under).map((to) => ({ entry, to })))
  return matches.sort((a, b) => b.to.length - a.to.length)[0]?.entry
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
