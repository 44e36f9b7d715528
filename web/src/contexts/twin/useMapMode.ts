/** Plan, standing city or satellite image: three modes of one camera. */
import { computed, ref, shallowRef, watch } from 'vue'
import { asProblem, type Problem } from '@/api/problem'
import { showImagery } from '@/map/imagery'
import { getSatellite, type Satellite } from './queries'
import type { CityMapState } from './useCityMap'

export type MapMode = '2d' | '3d' | 'satellite'
export const MODES: readonly MapMode[] = ['2d', '3d', 'satellite']

export function modeOf(text: unknown): MapMode | null {
  return MODES.find((mode) => mode === text) ?? null
}

export function useMapMode(map: CityMapState, first: MapMode | null, isBaseOff: (layer: string) => boolean) {
  const mode = ref<MapMode>(first ?? (map.is3d.value ? '3d' : '2d'))
  const satellite = shallowRef<Satellite | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const sourceKey = ref('')
  let hidBuildings = false
  const source = computed(() => satellite.value?.sources.find(({ key }) => key === sourceKey.value) ?? satellite.value?.sources[0] ?? null)

  async function set(next: MapMode): Promise<void> {
    const before = mode.value
    mode.value = next
    if (next === 'satellite') {
      await look()
      return
    }
    problem.value = null
    if (before === 'satellite') showNothing()
    if (map.is3d.value !== (next === '3d') || before !== 'satellite') map.set3d(next === '3d')
  }

  /** Ask for the sources anew each time: somebody may just have declared one. */
  async function look(): Promise<void> {
    problem.value = null
    try {
      satellite.value = await getSatellite()
    } catch (error) {
      problem.value = asProblem(error)
    }
    show()
  }

  function show(): void {
    const city = map.city.value
    if (!city || mode.value !== 'satellite') return
    showImagery(city.map, source.value, isBaseOff)
    if (source.value && map.visible.get('buildings')) {
      hidBuildings = true // roofs would cover the picture
      map.setVisible('buildings', false)
    }
  }

  function showNothing(): void {
    if (map.city.value) showImagery(map.city.value.map, null, isBaseOff)
    if (hidBuildings) map.setVisible('buildings', true)
    hidBuildings = false
  }

  function choose(key: string): void {
    sourceKey.value = key
    show()
  }

  watch(map.city, (city) => {
    if (city && mode.value === 'satellite') void look()
    if (city && mode.value === '2d' && map.is3d.value) map.set3d(false)
  })

  return { mode, satellite, source, problem, set, choose, again: look, hasImagery: () => mode.value === 'satellite' && source.value !== null }
}

export type MapModeState = ReturnType<typeof useMapMode>
