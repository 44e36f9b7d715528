/** The legend as it is used: how many objects of the counted layer each entry has, and which entries are looked at. */
import { computed, inject, ref, shallowRef, watch, type InjectionKey } from 'vue'
import { countsOf, entriesOf, leftOut } from './legend'
import type { CityMapState } from './useCityMap'

export function useLegend(map: CityMapState) {
  const chosen = shallowRef<ReadonlySet<string>>(new Set())
  const countedKey = ref('')
  const theme = computed(() => (map.manifest.value ? map.theme() : null))
  const entries = computed(() => entriesOf(theme.value?.legend ?? null))
  const layers = computed(
    () => map.manifest.value?.layers.filter(({ key, count }) => count > 0 && theme.value?.layers.includes(key)) ?? [],
  )
  const counted = computed(() => layers.value.find(({ key }) => key === countedKey.value) ?? layers.value[0] ?? null)
  const counts = computed(() => {
    const [city, layer] = [map.city.value, counted.value]
    if (!city || !layer || map.stateNews.value < 0) return []
    return countsOf(entries.value, city.states.of(layer.key), city.network.anchors[layer.key] ?? new Float64Array(0))
  })

  function toggle(key: string): void {
    const next = new Set(chosen.value)
    if (!next.delete(key)) next.add(key)
    chosen.value = next.size === entries.value.length ? new Set() : next
  }

  /** Only objects of the chosen entries stay on the map; layers without the theme stay as they are. */
  function filter(): void {
    const city = map.city.value
    if (!city) return
    city.renderer.clearFlag('filtered')
    if (chosen.value.size === 0) return
    for (const key of theme.value?.layers ?? []) {
      city.renderer.setFlags(key, leftOut(entries.value, chosen.value, city.states.of(key)), 'filtered')
    }
  }

  watch(theme, (now) => {
    chosen.value = new Set()
    countedKey.value = now?.counted ?? ''
  }, { immediate: true })
  watch([chosen, map.city], filter)
  watch(map.stateNews, () => {
    if (chosen.value.size > 0) filter()
  })

  return { entries, counts, layers, counted, countedKey, chosen, toggle, clear: () => (chosen.value = new Set()) }
}

export type LegendState = ReturnType<typeof useLegend>

/** The map's legend, for the panel that shows it: provided by the page. */
export const LEGEND: InjectionKey<LegendState> = Symbol('legend')

export function injectLegend(): LegendState {
  const found = inject(LEGEND)
  if (!found) throw new Error('no legend provided')
  return found
}
