/** What the server has kept of past minutes, what stands open on the map, and an object's value under a theme. */
import { api, body } from '@/api/client'
import { problemFrom } from '@/api/problem'
import type { Schemas } from '@/api/types'

export type ReplayIndex = Schemas['ReplayIndex']
export type OpenMarks = Schemas['OpenMarks']
export type PlacedMark = Schemas['PlacedMark']
export type ThemeValue = Schemas['ThemeValue']

export function getReplayIndex(theme: string): Promise<ReplayIndex> {
  return body(api.GET('/api/v1/twin/replay/{theme}', { params: { path: { theme } } }))
}

/** An hour's messages as they are; binary, hence past the JSON client. */
export async function getReplayHour(theme: string, hour: number): Promise<ArrayBuffer> {
  const response = await fetch(`/api/v1/twin/replay/${theme}/${hour}`, { credentials: 'same-origin' })
  if (!response.ok) throw problemFrom(response.status, await response.json().catch(() => null))
  return response.arrayBuffer()
}

export function getOpenMarks(): Promise<OpenMarks> {
  return body(api.GET('/api/v1/twin/marks'))
}

export function getThemeValue(theme: string, kind: string, number: number): Promise<ThemeValue> {
  return body(api.GET('/api/v1/twin/themes/{theme}/{kind}/{number}', { params: { path: { theme, kind, number } } }))
}
