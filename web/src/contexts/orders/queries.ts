/** Orders of every business: lists, one with its timeline, steps, and orders made from alerts. */
import { api, body } from '@/api/client'
import type { operations } from '@/api/schema'
import type { Schemas } from '@/api/types'

export type Order = Schemas['OrderOut']
export type OrderDetail = Schemas['OrderDetail']
export type OrderAction = Schemas['ActionOut']
export type OrderStep = Schemas['OrderStepOut']
export type OrderClock = Schemas['OrderClockOut']
export type OrderQuery = NonNullable<operations['cleanheat_orders_http_orders']['parameters']['query']>
export type Flow = Pick<Schemas['FlowDefinition'], 'states' | 'counters' | 'transitions'>
export type StepBody = Schemas['Step']
export type Done = Schemas['DoneOut']

/** Sorts of orders: their key is that of their flow. */
export const BUSINESSES = {
  'governance.order': { zh: '治理工单', rights: 'governance', address: '/governance/orders' },
  'orders.supervision': { zh: '督办单', rights: 'orders', address: '/orders' },
} as const
export type Business = keyof typeof BUSINESSES

export function businessOf(key: string): (typeof BUSINESSES)[Business] {
  return BUSINESSES[key as Business] ?? BUSINESSES['orders.supervision']
}

/** Where an order is looked at. */
export function orderAddress(order: { id: number; business: string }): string {
  return `${businessOf(order.business).address}/${order.id}`
}

export function listOrders(query: OrderQuery): Promise<Schemas['OrderPage']> {
  return body(api.GET('/api/v1/orders', { params: { query } }))
}

export function countOrders(business: Business): Promise<Schemas['Counts']> {
  return body(api.GET('/api/v1/orders/counts', { params: { query: { business } } }))
}

export function getOrder(id: number): Promise<OrderDetail> {
  return body(api.GET('/api/v1/orders/{order_id}', { params: { path: { order_id: id } } }))
}

/** The flow in force: what its states and counters are called, and what its forms ask for. */
export async function getFlow(business: string): Promise<Flow> {
  const { definition } = await body(api.GET('/api/v1/flows/{key}', { params: { path: { key: business } } }))
  return definition
}

export function takeStep(id: number, step: StepBody): Promise<OrderDetail> {
  return body(api.POST('/api/v1/orders/{order_id}/steps', { params: { path: { order_id: id } }, body: step }))
}

export function takeSteps(ids: readonly number[], step: StepBody): Promise<Done[]> {
  return body(api.POST('/api/v1/orders/steps', { body: { ...step, order_ids: [...ids] } }))
}

export function raiseOrder(order: Schemas['NewOrder']): Promise<OrderDetail> {
  return body(api.POST('/api/v1/orders', { body: order }))
}

/** The newest order of an alert; null where there is none, or the user may not see it. */
export async function orderOfAlert(alertId: number): Promise<Order | null> {
  const { rows } = await listOrders({ alert_id: alertId, size: 1 })
  return rows[0] ?? null
}

export function exportAddress(query: OrderQuery, format: 'csv' | 'xlsx'): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined || value === null || value === '' ? [] : [[name, String(value)]]))
  return `/api/v1/orders/export?${new URLSearchParams([['format', format], ...given])}`
}
