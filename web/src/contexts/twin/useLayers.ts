/** What is shown on the map: layers, areas, parts of the base map, colours of pipes; remembered for each user. */
import { computed, reactive, ref, watch } from 'vue'
import { BASE_GROUPS, showBaseGroup } from '@/map/imagery'
import { remember, remembered, type LayerChoice, type PipeColours } from './layerChoice'
import type { CityMapState } from './useCityMap'

export function useLayers(map: CityMapState, user: string, linked: LayerChoice | null, overImagery: () => boolean) {
  const base = reactive(new Map(BASE_GROUPS.map(({ key }) => [key, true])))
  const pipes = ref<PipeColours>('state')
  const first = linked ?? remembered(user)
  if (first) {
    for (const key of first.baseOff) if (base.has(key)) base.set(key, false)
    pipes.value = first.pipes
  }
  const on = (chosen: ReadonlyMap<string, boolean>): string[] => [...chosen].filter(([, shown]) => shown).map(([key]) => key)
  const choice = computed<LayerChoice>(() => ({
    layers: on(map.visible),
    areas: on(map.coverage),
    baseOff: [...base].filter(([, shown]) => !shown).map(([key]) => key),
    pipes: pipes.value,
  }))

  function setBase(key: string, shown: boolean): void {
    base.set(key, shown)
    if (map.city.value) showBaseGroup(map.city.value.map, key, shown, overImagery())
  }

  function setPipes(by: PipeColours): void {
    pipes.value = by
    map.city.value?.setPlain('pipes', by === 'medium')
  }

  // before the map is drawn: what a link or a memory says stands above what layers begin with
  let isFirst = first !== null
  watch(map.manifest, (manifest) => {
    if (!manifest || !isFirst || !first) return
    isFirst = false
    for (const { key, count } of manifest.layers) map.visible.set(key, first.layers.includes(key) && count > 0)
    for (const { kind } of manifest.coverage) map.coverage.set(kind, first.areas.includes(kind))
  }, { flush: 'sync' })
  watch(map.city, (city) => {
    if (!city) return
    for (const [key, shown] of base) if (!shown) showBaseGroup(city.map, key, false, overImagery())
    if (pipes.value === 'medium') city.setPlain('pipes', true)
  })
  watch(choice, (now) => {
    if (map.phase.value === 'ready') remember(user, now)
  })

  return { base, pipes, choice, setBase, setPipes }
}

export type Layers = ReturnType<typeof useLayers>
