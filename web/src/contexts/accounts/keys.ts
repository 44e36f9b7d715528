/** Access keys for one's own programs: asked for, listed, revoked. */
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'

export type AccessKey = Schemas['KeyCard']
export type IssuedKey = Schemas['IssuedKey']

export function listKeys(everyone: boolean): Promise<AccessKey[]> {
  return body(api.GET('/api/v1/access-keys', { params: { query: { everyone } } }))
}

export function issueKey(name: string, days: number): Promise<IssuedKey> {
  return body(api.POST('/api/v1/access-keys', { body: { name, days, permission: 'twin.gis' } }))
}

export async function revokeKey(id: number): Promise<void> {
  await api.DELETE('/api/v1/access-keys/{key_id}', { params: { path: { key_id: id } } })
}

/** In one word what has become of a key; times are epoch seconds of the machine. */
export function standing(key: Pick<AccessKey, 'is_valid' | 'revoked_s'>): '有效' | '已停用' | '已过期' {
  if (key.is_valid) return '有效'
  return key.revoked_s ? '已停用' : '已过期'
}

/** The addresses a GIS program is given, on this host. */
export function addresses(origin: string): readonly { readonly service: string; readonly address: string }[] {
  return [
    { service: 'WFS 2.0', address: `${origin}/ogc/wfs` },
    { service: 'WMTS 1.0', address: `${origin}/ogc/wmts` },
    { service: 'OGC API（要素、瓦片、分析）', address: `${origin}/ogc` },
  ]
}
