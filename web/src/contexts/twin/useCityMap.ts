/** The city map as reactive state: loading, theme, layers, selection, live totals; the drawing itself is in `map/`. */
import { onBeforeUnmount, onMounted, reactive, ref, shallowRef, watch, type Ref } from 'vue'
import { liveSocket, type LiveEvent, type LiveState } from '@/api/live'
import { asProblem, type Problem } from '@/api/problem'
import { CityMap, type View } from '@/map/cityMap'
import { layerOfKind, type Manifest, type MapObject, type ThemeSpec } from '@/map/manifest'
import { getManifest } from './queries'
import type { Totals } from './totals'
import type { Focus } from './viewLink'

export type MapPhase = 'loading' | 'ready' | 'failed'

export interface Hover {
  object: MapObject
  x: number
  y: number
}

export interface CityMapStart {
  view: View | null
  theme: string
  focus: Focus | null
  /** Shown as selected where the camera already is. */
  selection: Focus | null
  renderer: 'auto' | 'fallback'
}

const RESYNC_PAUSE_MS = 1_000
const NOTHING = new Uint8Array(0)
/** The plain network, without any state. */
export const INFRASTRUCTURE = 'infrastructure'

export function useCityMap(container: Ref<HTMLElement | null>, start: CityMapStart) {
  const phase = ref<MapPhase>('loading')
  const problem = shallowRef<Problem | null>(null)
  const loadedBytes = ref(0)
  const manifest = shallowRef<Manifest | null>(null)
  const city = shallowRef<CityMap | null>(null)
  const themeKey = ref(start.theme)
  const visible = reactive(new Map<string, boolean>())
  const coverage = reactive(new Map<string, boolean>())
  const is3d = ref(start.view ? start.view.pitch > 5 : true)
  const hovered = shallowRef<Hover | null>(null)
  const selected = shallowRef<MapObject | null>(null)
  const view = shallowRef<View | null>(start.view)
  const totals = shallowRef<Totals>({})
  const minute = ref(0)
  /** Rises with each state message: what shows a state looks again. */
  const stateNews = ref(0)
  const contextLost = ref(false)
  const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)').matches
  let leaving = new AbortController()
  let resyncAt = 0
  let isHeld = false

  async function open(): Promise<void> {
    leaving.abort()
    leaving = new AbortController()
    const { signal } = leaving
    city.value?.destroy()
    city.value = null
    phase.value = 'loading'
    problem.value = null
    loadedBytes.value = 0
    try {
      const found = await getManifest()
      if (signal.aborted || !container.value) return
      adopt(found)
      const opened = await CityMap.open(
        {
          container: container.value,
          manifest: found,
          view: view.value,
          renderer: start.renderer,
          reducedMotion,
          signal,
          progress: (loaded) => {
            loadedBytes.value = loaded
          },
        },
        {
          hover: (object, x, y) => {
            hovered.value = object && { object, x, y }
          },
          click: (object) => {
            selected.value = object
          },
          moved: (next) => {
            view.value = next
          },
          contextLost: (lost) => {
            contextLost.value = lost
          },
        },
      )
      if (signal.aborted) return opened.destroy()
      show(opened, found)
    } catch (error) {
      if (signal.aborted) return
      problem.value = asProblem(error)
      phase.value = 'failed'
    }
  }

  function adopt(found: Manifest): void {
    manifest.value = found
    if (themeKey.value !== INFRASTRUCTURE && !found.themes.some(({ key }) => key === themeKey.value)) {
      themeKey.value = found.themes[0]?.key ?? INFRASTRUCTURE
    }
    for (const layer of found.layers) if (!visible.has(layer.key)) visible.set(layer.key, layer.shown && layer.count > 0)
    for (const { kind } of found.coverage) if (!coverage.has(kind)) coverage.set(kind, false)
  }

  function show(opened: CityMap, found: Manifest): void {
    city.value = opened
    for (const [key, on] of visible) opened.setLayerVisible(key, on)
    for (const spec of found.coverage) if (coverage.get(spec.kind)) opened.setCoverage(spec, true)
    if (!is3d.value) opened.renderer.setRaised(false)
    applyTheme()
    for (const key of theme()?.shows ?? []) setVisible(key, true)
    phase.value = 'ready'
    if (start.focus) flyTo(start.focus)
    else if (start.selection) choose(start.selection)
  }

  function theme(): ThemeSpec | null {
    return manifest.value?.themes.find(({ key }) => key === themeKey.value) ?? null
  }

  function applyTheme(): void {
    city.value?.setTheme(theme())
    stateNews.value += 1
    subscribe()
  }

  /** Hold back what comes in live (a replay has the map), or let it in again. */
  function hold(on: boolean): void {
    isHeld = on
    if (on) liveSocket.send({ type: 'unsubscribe' })
    else applyTheme()
  }

  /** States of a past minute by layer code; layers without any are empty. */
  function showPast(states: ReadonlyMap<number, Uint8Array>): void {
    for (const { key, code } of manifest.value?.layers ?? []) city.value?.showStates(key, states.get(code) ?? NOTHING)
    stateNews.value += 1
  }

  /** What is now, though the map is held: of a theme that does not change. */
  function showNow(): void {
    isHeld = false
    applyTheme()
  }

  function subscribe(): void {
    const wanted = isHeld ? null : theme()
    if (city.value) liveSocket.send(wanted ? { type: 'subscribe', theme: wanted.key } : { type: 'unsubscribe' })
  }

  function onFrame(message: ArrayBuffer): void {
    if (isHeld) return
    const applied = city.value?.applyMessage(message)
    if (!applied) return
    if (applied.outcome === 'applied') stateNews.value += 1
    else if (applied.outcome === 'geometry') void open()
    else if (applied.outcome === 'gap' && performance.now() > resyncAt) {
      resyncAt = performance.now() + RESYNC_PAUSE_MS // all layers of one minute find the same gap
      liveSocket.send({ type: 'resync' })
    }
  }

  function onEvent(event: LiveEvent): void {
    if (event.type !== 'minute') return
    if (typeof event.minute === 'number') minute.value = event.minute
    if (typeof event.totals === 'object' && event.totals !== null) totals.value = { ...event.totals }
  }

  const onState = (state: LiveState): void => {
    if (state === 'live') subscribe()
  }

  function flyTo({ kind, number }: Focus): boolean {
    const layer = manifest.value && layerOfKind(manifest.value, kind)
    if (!layer || !city.value) return false
    const object = { layer: layer.key, number }
    if (!city.value.flyTo(object)) return false
    if (!visible.get(layer.key)) setVisible(layer.key, true)
    selected.value = object
    return true
  }

  /** Select without moving the camera. */
  function choose({ kind, number }: Focus): void {
    const layer = manifest.value && layerOfKind(manifest.value, kind)
    const object = layer && { layer: layer.key, number }
    if (!object || !city.value?.placeOf(object)) return
    city.value.select(object)
    selected.value = object
  }

  function setVisible(key: string, on: boolean): void {
    visible.set(key, on)
    city.value?.setLayerVisible(key, on)
  }

  function setCoverage(kind: string, on: boolean): void {
    coverage.set(kind, on)
    const spec = manifest.value?.coverage.find((candidate) => candidate.kind === kind)
    if (spec) city.value?.setCoverage(spec, on)
  }

  function set3d(on: boolean): void {
    is3d.value = on
    city.value?.set3d(on)
  }

  function clearSelection(): void {
    selected.value = null
    city.value?.select(null)
  }

  watch(themeKey, () => {
    applyTheme()
    for (const key of theme()?.shows ?? []) if (!visible.get(key)) setVisible(key, true)
  })
  const stops = [liveSocket.onFrame(onFrame), liveSocket.onEvent(onEvent), liveSocket.onState(onState)]
  onMounted(() => void open())
  onBeforeUnmount(() => {
    leaving.abort()
    stops.forEach((stop) => stop())
    liveSocket.send({ type: 'unsubscribe' })
    city.value?.destroy()
    city.value = null
  })

  return {
    phase, problem, loadedBytes, manifest, city, themeKey, visible, coverage, is3d, hovered, selected, view,
    totals, minute, stateNews, contextLost, theme, open, flyTo, hold, showPast, showNow, setVisible, setCoverage, set3d, clearSelection,
  }
}

export type CityMapState = ReturnType<typeof useCityMap>
