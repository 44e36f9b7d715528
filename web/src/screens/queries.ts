/** Which screens there are and which panels stand where on them. */
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'

export type ScreenCard = Schemas['ScreenCard']
export type Screen = Schemas['ScreenOut']

export function listScreens(): Promise<ScreenCard[]> {
  return body(api.GET('/api/v1/screens'))
}

export function getScreen(key: string): Promise<Screen> {
  return body(api.GET('/api/v1/screens/{key}', { params: { path: { key } } }))
}
