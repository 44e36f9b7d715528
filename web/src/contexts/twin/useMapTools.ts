/** The tools of the map together: modes, layers, search, measure, print, network check; and what a link says of them. */
import { computed, ref } from 'vue'
import { useSession } from '@/contexts/accounts/session'
import { formatMinute } from '@/kernel/time'
import { BASE_GROUPS } from '@/map/imagery'
import { layerOfKind } from '@/map/manifest'
import type { Place } from './queries'
import { choiceOf, choiceText } from './layerChoice'
import { sheetLegend } from './sheetText'
import { numbersOf, type Group } from './trace'
import { useLayers } from './useLayers'
import type { CityMapState } from './useCityMap'
import { modeOf, useMapMode } from './useMapMode'
import { useMeasure } from './useMeasure'

const PLACE_ZOOM = 16
const MODE_ZH = { '2d': '二维', '3d': '三维', satellite: '卫星影像' } as const

export function useMapTools(map: CityMapState, query: Readonly<Record<string, unknown>>) {
  const me = useSession().me
  const isBaseOff = (layer: string): boolean => BASE_GROUPS.some(({ key, layers: members }) => layers.base.get(key) === false && members.includes(layer))
  const mode = useMapMode(map, modeOf(query.m), isBaseOff)
  const layers = useLayers(map, me?.username ?? '', choiceOf(query.l), () => mode.hasImagery())
  const measure = useMeasure(map)
  const isChecking = ref(false)
  const isPrinting = ref(false)

  /** What a link must say beyond camera and theme. */
  const link = computed(() => {
    const object = map.selected.value
    const kind = object && map.manifest.value?.layers.find(({ key }) => key === object.layer)?.kind
    return { m: mode.mode.value, l: choiceText(layers.choice.value), ...(object && kind ? { sel: `${kind}:${object.number}` } : {}) }
  })

  /** To what a search found: the object itself, or a pin where it has no mark on this map. */
  function go(place: Place): void {
    if (place.number && map.flyTo(place)) return
    map.clearSelection()
    map.city.value?.flyToPlace([place.longitude, place.latitude], PLACE_ZOOM)
  }

  /** Mark the objects of a finding; null takes the marks away. */
  function mark(group: Group | null): void {
    const layer = group && map.manifest.value && layerOfKind(map.manifest.value, group.kind)
    const city = map.city.value
    if (!city) return
    if (!group || !layer) return city.clearTrace()
    const found = [{ layer: layer.key, numbers: numbersOf(group), flag: 'affected' as const }]
    city.showTrace(found)
    city.fitTrace(found)
  }

  function check(on: boolean): void {
    isChecking.value = on
    if (!on) mark(null)
  }

  function nameOf(kind: string, number: number): string {
    const layer = map.manifest.value && layerOfKind(map.manifest.value, kind)
    return layer ? (map.city.value?.nameOf({ layer: layer.key, number }) ?? '') : ''
  }

  const sheetText = computed(() => {
    const theme = map.theme()
    const time = map.minute.value ? `${formatMinute(map.minute.value)} 数据` : ''
    return {
      subtitle: `${theme?.zh ?? '基础设施'} · ${MODE_ZH[mode.mode.value]}`,
      legend: sheetLegend(theme?.legend ?? null, layers.pipes.value === 'medium' && map.visible.get('pipes') === true),
      time,
      watermark: [me?.display_name, me?.username].filter(Boolean).join(' '),
      attribution: mode.hasImagery() ? (mode.source.value?.attribution ?? '') : '',
    }
  })

  return { mode, layers, measure, isChecking, isPrinting, link, sheetText, go, mark, check, nameOf }
}
