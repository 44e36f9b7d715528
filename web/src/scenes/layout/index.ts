/** Which layout fits an equipment list. */
import type { EquipmentList, SceneDeclaration } from '../declaration'
import { boilerRoomScene } from './boilerRoom'
import { ruralScene } from './rural'
import { substationScene } from './substation'

/** The scene of a list; null when there is nothing to show. */
export function sceneOf(list: EquipmentList): SceneDeclaration | null {
  if (list.equipment.every(({ in_service }) => !in_service)) return null
  if (list.kind === 'substation') return list.units.length ? substationScene(list) : null
  return list.kind === 'boiler' ? boilerRoomScene(list) : ruralScene(list)
}
