/** What the server knows of alerts, and what people may do about them. */
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'

export type Alert = Schemas['AlertRow']

export async function countOpen(): Promise<number> {
  return (await body(api.GET('/api/v1/alerts'))).total
}
