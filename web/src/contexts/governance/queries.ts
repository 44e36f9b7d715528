/** Governance orders: lists, one with its timeline, steps, and orders made from alerts. */
import { api, body } from '@/api/client'
import type { operations } from '@/api/schema'
import type { Schemas } from '@/api/types'
import type { Attachment } from '@/files/queries'

export type Order = Schemas['OrderOut']
export type OrderDetail = Schemas['OrderDetail']
export type OrderAction = Schemas['ActionOut']
export type OrderStep = Schemas['OrderStepOut']
export type OrderClock = Schemas['OrderClockOut']
export type OrderQuery = NonNullable<operations['cleanheat_governance_http_orders']['parameters']['query']>
export type Flow = Pick<Schemas['FlowDefinition'], 'states' | 'counters' | 'transitions'>
export type AlertStanding = Schemas['AlertStanding']
export type StepBody = Schemas['Step']
export type Done = Schemas['DoneOut']

const FLOW = 'governance.order'

export function listOrders(query: OrderQuery): Promise<Schemas['OrderPage']> {
  return body(api.GET('/api/v1/governance/orders', { params: { query } }))
}

export function countOrders(): Promise<Schemas['Counts']> {
  return body(api.GET('/api/v1/governance/orders/counts'))
}

export function getOrder(id: number): Promise<OrderDetail> {
  return body(api.GET('/api/v1/governance/orders/{order_id}', { params: { path: { order_id: id } } }))
}

/** The flow in force: what its states and counters are called, and what its forms ask for. */
export async function getFlow(): Promise<Flow> {
  const { definition } = await body(api.GET('/api/v1/flows/{key}', { params: { path: { key: FLOW } } }))
  return definition
}

export function takeStep(id: number, step: StepBody): Promise<OrderDetail> {
  return body(api.POST('/api/v1/governance/orders/{order_id}/steps', { params: { path: { order_id: id } }, body: step }))
}

export function takeSteps(ids: readonly number[], step: StepBody): Promise<Done[]> {
  return body(api.POST('/api/v1/governance/orders/steps', { body: { ...step, order_ids: [...ids] } }))
}

export function raiseOrder(order: Schemas['NewOrder']): Promise<OrderDetail> {
  return body(api.POST('/api/v1/governance/orders', { body: order }))
}

/** The newest order of an alert; null where there is none, or the user may not see it. */
export async function orderOfAlert(alertId: number): Promise<Order | null> {
  const { rows } = await listOrders({ alert_id: alertId, size: 1 })
  return rows[0] ?? null
}

export function exportAddress(query: OrderQuery, format: 'csv' | 'xlsx'): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined || value === null || value === '' ? [] : [[name, String(value)]]))
  return `/api/v1/governance/orders/export?${new URLSearchParams([['format', format], ...given])}`
}

export function alertStanding(hours: number): Promise<AlertStanding> {
  return body(api.GET('/api/v1/alerts/standing', { params: { query: { family: 'quality', hours } } }))
}

export function trainingFiles(id: number): Promise<Attachment[]> {
  return body(api.GET('/api/v1/governance/trainings/{training_id}/files', { params: { path: { training_id: id } } }))
}

export function attachToTraining(id: number, files: readonly number[]): Promise<Attachment[]> {
  return body(api.POST('/api/v1/governance/trainings/{training_id}/files', { params: { path: { training_id: id } }, body: { files: [...files] } }))
}
