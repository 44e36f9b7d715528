/** What pages must decide about orders: how far one is, what a clock says, what a step's form still lacks. */
import type { Alert } from '@/contexts/alerts/queries'
import { DAY_S, HOUR_S, MINUTE_S, epochOf, formatDuration, type Span } from '@/kernel/time'
import type { Flow, OrderAction, OrderClock, OrderDetail } from './queries'

/** The states of an order that goes well, in order; whatever else a flow knows is a detour. */
const MAIN = ['to_dispatch', 'to_accept', 'handling', 'verifying', 'review', 'closed']

export interface Stage {
  key: string
  zh: string
  sort: 'done' | 'now' | 'ahead' | 'skipped'
  /** When it was reached last. */
  at: string | null
}

type Progress = Pick<OrderDetail, 'state' | 'state_name' | 'steps'>

/** The stages of a stepper; an order on a detour (returned, suspended, void) shows it as its last stage. */
export function stagesOf(order: Progress, states: Flow['states']): Stage[] {
  const reached = new Map(order.steps.filter(({ from_state, to_state }) => from_state !== to_state).map(({ to_state, at }) => [to_state, at]))
  const place = MAIN.indexOf(order.state)
  const furthest = place >= 0 ? place : Math.max(...[...reached.keys()].map((key) => MAIN.indexOf(key)))
  const zh = (key: string): string => states.find((state) => state.key === key)?.zh ?? key
  const stages = MAIN.filter((key) => states.some((state) => state.key === key)).map((key): Stage => {
    const i = MAIN.indexOf(key)
    const at = i <= furthest ? (reached.get(key) ?? null) : null
    if (key === order.state) return { key, zh: zh(key), sort: 'now', at }
    if (i > furthest) return { key, zh: zh(key), sort: 'ahead', at: null }
    return { key, zh: zh(key), sort: at ? 'done' : 'skipped', at }
  })
  if (place >= 0) return stages
  const passed = stages.filter(({ sort }) => sort !== 'ahead')
  return [...passed, { key: order.state, zh: order.state_name, sort: 'now', at: reached.get(order.state) ?? null }]
}

/** Steps that end or throw back the work of others are not the first thing a hand should meet. */
const GRAVE: ReadonlySet<string> = new Set(['cancel', 'close', 'recall', 'refuse', 'reject', 'refuse_extension'])

export function isGrave({ key }: Pick<OrderAction, 'key'>): boolean {
  return GRAVE.has(key)
}

/** What leads on comes first, grave steps last. */
export function orderedActions<T extends Pick<OrderAction, 'key' | 'to_state'>>(actions: readonly T[], state: string): T[] {
  const advance = ({ to_state }: T): number => MAIN.indexOf(to_state) - MAIN.indexOf(state)
  return [...actions].sort((a, b) => Number(isGrave(a)) - Number(isGrave(b)) || Math.max(0, advance(b)) - Math.max(0, advance(a)))
}

/** What a clock says now: how long is left, by how much it is over, or that it stands still. */
export function clockText(clock: OrderClock, now: number): string {
  if (clock.due_at === null) return `暂停，剩余 ${formatDuration(clock.left_min * MINUTE_S)}`
  const left = epochOf(clock.due_at) - now
  return left < 0 ? `已超时 ${formatDuration(-left)}` : `剩余 ${formatDuration(left)}`
}

export type FieldValue = string | number | null | undefined

/** What the form of a step still lacks, by field; `note` and `files` beside the action's own fields. */
export function formFaults(action: OrderAction, fields: Readonly<Record<string, FieldValue>>, note: string, files: number): Record<string, string> {
  const faults: Record<string, string> = {}
  for (const field of action.form) {
    const value = fields[field.key]
    const isEmpty = value === undefined || value === null || value === ''
    if (isEmpty && field.is_required) faults[field.key] = `请填写${field.zh}`
    if (typeof value !== 'number') continue
    if (typeof field.low === 'number' && value < field.low) faults[field.key] = `不小于 ${field.low}${field.unit}`
    if (typeof field.high === 'number' && value > field.high) faults[field.key] = `不大于 ${field.high}${field.unit}`
  }
  if (action.needs_note && !note.trim()) faults.note = '请填写说明'
  if (files < action.least_files) faults.files = `至少附 ${action.least_files} 个附件`
  return faults
}

/** Alerts of one responsible company each: an order goes to one company only. */
export function byCompany(alerts: readonly Pick<Alert, 'id' | 'company_id'>[]): { company: number; ids: number[] }[] {
  const found = new Map<number, number[]>()
  for (const { id, company_id } of alerts) found.set(company_id, [...(found.get(company_id) ?? []), id])
  return [...found].map(([company, ids]) => ({ company, ids }))
}

/** The longest window of original rows that the server gives at once. */
const LONGEST_S = 3 * DAY_S
const BEFORE_S = HOUR_S

type Lasting = { first_at: number | string; last_at: number | string }

/** The stretch of data an alert is about: from a while before it began to its last minute. */
export function dataWindow(alert: Lasting): Span {
  const end = epochOf(alert.last_at) + 10 * MINUTE_S
  return { start: Math.max(epochOf(alert.first_at) - BEFORE_S, end - LONGEST_S), end }
}

/** Where the red table of an alert's object is; null where the alert is about a sender or a village, without rows. */
export function redTableAddress(alert: Lasting & { object_kind: string; object_number: number }): string | null {
  if (alert.object_kind === 'sender' || alert.object_kind === 'area') return null
  const { start, end } = dataWindow(alert)
  return `/objects/${alert.object_kind}/${alert.object_number}?tab=trace&from=${start}&until=${end}`
}

export interface Checked {
  outcome: string
  reason: string
  numbers: [label: string, value: number, unit: 'count' | 'share' | 'minutes'][]
  at: number | null
}

const OUTCOMES: Readonly<Record<string, string>> = { pass: '核验通过', fail: '核验未通过', wait: '等待新数据', no_data: '无数据，转人工' }
const NUMBERS = [
  ['checks', '核验次数', 'count'],
  ['violations', '不合格次数', 'count'],
  ['most_share', '不合格占比限值', 'share'],
  ['live_alerts', '未消除报警', 'count'],
  ['minutes', '反馈后', 'minutes'],
] as const

/** The platform's own check in words and numbers; null before the first. */
export function checkedOf(verification: Readonly<Record<string, unknown>>): Checked | null {
  const { outcome, reason, at } = verification
  if (typeof outcome !== 'string') return null
  const numbers = NUMBERS.flatMap(([key, label, unit]): Checked['numbers'] => {
    const value = verification[key]
    return typeof value === 'number' ? [[label, value, unit]] : []
  })
  return { outcome: OUTCOMES[outcome] ?? outcome, reason: typeof reason === 'string' ? reason : '', numbers, at: typeof at === 'number' ? at : null }
}
