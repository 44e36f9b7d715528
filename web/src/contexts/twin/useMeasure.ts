/** Measuring on the map by pointer or keyboard: points one by one, the last one taken back, Esc ends. */
import { computed, onBeforeUnmount, ref, shallowRef, watch } from 'vue'
import { areaM2, areaText, lengthM, lengthText, type LonLat } from '@/map/geodesy'
import { clearMeasure, drawMeasure, type MeasureKind } from '@/map/measureLayer'
import type { CityMapState } from './useCityMap'

export function useMeasure(map: CityMapState) {
  const kind = ref<MeasureKind | null>(null)
  const points = shallowRef<readonly LonLat[]>([])
  const length = computed(() => lengthText(lengthM(kind.value === 'area' && points.value.length > 2 ? [...points.value, points.value[0]!] : points.value)))
  const area = computed(() => (kind.value === 'area' && points.value.length > 2 ? areaText(areaM2(points.value)) : ''))

  const add = (point: LonLat): void => {
    points.value = [...points.value, point]
  }

  /** A point where the cross in the middle of the map stands. */
  function addCentre(): void {
    const centre = map.city.value?.map.getCenter()
    if (centre) add([centre.lng, centre.lat])
  }

  function begin(next: MeasureKind): void {
    points.value = []
    kind.value = kind.value === next ? null : next
  }

  const undo = (): void => {
    points.value = points.value.slice(0, -1)
  }

  const end = (): void => {
    kind.value = null
    points.value = []
  }

  /** True if the key was meant for the measure. */
  function onKey(event: KeyboardEvent): boolean {
    if (!kind.value || (event.target instanceof HTMLElement && event.target.closest('input, select, textarea, button'))) return false
    const does: Record<string, () => void> = { Escape: end, Backspace: undo, Delete: undo, Enter: addCentre }
    const action = event.key.toLowerCase() === 'z' && (event.ctrlKey || event.metaKey) ? undo : does[event.key]
    action?.()
    return action !== undefined
  }

  watch([kind, points, map.city], ([what, now, city]) => {
    if (!city) return
    city.onPress = what ? add : null
    if (what) drawMeasure(city.map, what, now)
    else clearMeasure(city.map)
  })
  onBeforeUnmount(end)

  return { kind, points, length, area, begin, undo, end, addCentre, onKey }
}

export type Measure = ReturnType<typeof useMeasure>
