/** In which groups the layers of objects stand in the tree. */
import type { LayerSpec } from '@/map/manifest'

const GROUPS: readonly (readonly [zh: string, keys: readonly string[]])[] = [
  ['热源', ['plants', 'branches', 'boilers']],
  ['管网', ['pipes', 'valves']],
  ['用热', ['substations', 'buildings']],
  ['农村清洁取暖', ['devices']],
  ['监测设施', ['weather']],
]
const REST = '其他'

export interface LayerGroup {
  zh: string
  keys: string[]
  layers: LayerSpec[]
}

/** Groups with at least one layer that the viewer has objects of; a layer nobody has sorted comes last. */
export function layerGroups(layers: readonly LayerSpec[]): LayerGroup[] {
  const present = layers.filter(({ count }) => count > 0)
  const sorted = new Set(GROUPS.flatMap(([, keys]) => keys))
  const rest = present.filter(({ key }) => !sorted.has(key)).map(({ key }) => key)
  return [...GROUPS, [REST, rest] as const]
    .map(([zh, keys]) => {
      const members = keys.flatMap((key) => present.filter((layer) => layer.key === key))
      return { zh, keys: members.map(({ key }) => key), layers: members }
    })
    .filter(({ keys }) => keys.length > 0)
}
