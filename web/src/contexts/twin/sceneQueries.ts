/** What the server knows of equipment, and which objects have a process scene. */
import { api, body } from '@/api/client'
import type { EquipmentList } from '@/scenes/declaration'

/** The scene of an object: its own, or that of the substation a unit stands in. */
export function scenePath(kind: string, number: number): string | null {
  if (kind === 'unit') return `/twin/scene/substation/${Math.floor(number / 4)}`
  return ['substation', 'boiler', 'device'].includes(kind) ? `/twin/scene/${kind}/${number}` : null
}

export function getEquipment(kind: string, number: number): Promise<EquipmentList> {
  return body(api.GET('/api/v1/assets/{kind}/{number}/equipment', { params: { path: { kind, number } } }))
}

export async function listStandards(): Promise<EquipmentList[]> {
  return await body(api.GET('/api/v1/assets/equipment/standards'))
}
