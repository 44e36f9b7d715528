/** What the server knows of alerts, and what people may do about them. */
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'
import type { operations } from '@/api/schema'

export type Alert = Schemas['AlertOut']
export type AlertPage = Schemas['AlertPage']
export type AlertQuery = NonNullable<operations['cleanheat_alerts_http_alerts']['parameters']['query']>

export function listAlerts(query: AlertQuery): Promise<AlertPage> {
  return body(api.GET('/api/v1/alerts', { params: { query } }))
}

export function getAlert(id: number): Promise<Alert> {
  return body(api.GET('/api/v1/alerts/{alert_id}', { params: { path: { alert_id: id } } }))
}

export async function countOpen(): Promise<number> {
  const { open_by_level } = await listAlerts({ is_open: true, size: 1 })
  return open_by_level.reduce((sum, count) => sum + count, 0)
}

export type Decision = 'confirm' | 'false' | 'close'

export function decide(id: number, decision: Decision, note: string): Promise<Alert> {
  const options = { params: { path: { alert_id: id } }, body: { note } }
  if (decision === 'confirm') return body(api.POST('/api/v1/alerts/{alert_id}/confirm', options))
  if (decision === 'false') return body(api.POST('/api/v1/alerts/{alert_id}/false', options))
  return body(api.POST('/api/v1/alerts/{alert_id}/close', options))
}
