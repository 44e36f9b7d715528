/** The map of the city: base map, network, live states and what the pointer does, behind one object without Vue. */
import {
  Map as MapLibreMap,
  LngLatBounds,
  NavigationControl,
  ScaleControl,
  setWorkerUrl,
  type MapMouseEvent,
} from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { showAreas } from './areas'
import { baseStyle, FIRST_LABEL_LAYER, FONT } from './baseStyle'
import { FallbackRenderer } from './fallback/fallbackRenderer'
import { GlRenderer } from './gl/glRenderer'
import type { CoverageSpec, Manifest, MapObject, ThemeSpec } from './manifest'
import { loadNetwork } from './network/loadNetwork'
import type { LoadedNetwork } from './network/messages'
import { planeAt, type Plane } from './network/plane'
import { placePin } from './pin'
import type { CityRenderer } from './renderer'
import { attentionOf } from './state/palette'
import { StateStore, type Applied } from './state/stateStore'
import { decodeFrame } from './state/frame'
import { installTestHooks } from './testHooks'

setWorkerUrl(workerUrl)

/** A video wall's buffer may not outgrow what a card fills sixty times a second. */
const MAX_BUFFER_PX = 8_000_000
const SECONDARY_MIN_ZOOM = 12.5
const PITCH_3D = 55
const HOVER_PAUSE_MS = 40
const LABEL_ZOOMS: Readonly<Record<string, number>> = { plants: 8, branches: 11, boilers: 12.5, substations: 14.3 }
/** An alarm storm may not turn the whole map white. */
const MAX_PULSING = 500

export interface View {
  center: [number, number]
  zoom: number
  pitch: number
  bearing: number
}

/** Objects of one layer that a trace found, and how they are marked. */
export interface TraceMark {
  layer: string
  numbers: ArrayLike<number>
  flag: 'traced' | 'affected'
}

export interface CityMapOptions {
  container: HTMLElement
  manifest: Manifest
  view: View | null
  renderer: 'auto' | 'fallback'
  reducedMotion: boolean
  signal: AbortSignal
  progress: (loaded: number, total: number) => void
}

export interface CityMapEvents {
  hover?: (object: MapObject | null, x: number, y: number) => void
  click?: (object: MapObject | null) => void
  moved?: (view: View) => void
  contextLost?: (lost: boolean) => void
}

export function cappedPixelRatio(width: number, height: number, ratio: number): number {
  return Math.min(ratio, Math.sqrt(MAX_BUFFER_PX / Math.max(1, width * height)))
}

export class CityMap {
  /** The finished map; rejects with a `Problem` when the network cannot be had. */
  static async open(options: CityMapOptions, events: CityMapEvents): Promise<CityMap> {
    const [west, south, east, north] = options.manifest.bounds
    const plane = planeAt((west + east) / 2, (south + north) / 2)
    const map = createMap(options)
    const leave = (): void => map.remove()
    options.signal.addEventListener('abort', leave)
    const url = options.manifest.network
    const [network] = await Promise.all([
      loadNetwork({ url, plane, secondaryMinZoom: SECONDARY_MIN_ZOOM }, options),
      new Promise<void>((resolve) => map.once('style.load', () => resolve())),
    ])
    options.signal.removeEventListener('abort', leave)
    return new CityMap(map, options, events, network, plane)
  }

  readonly renderer: CityRenderer
  readonly states: StateStore
  private theme: ThemeSpec | null = null
  private attention = attentionOf(null)
  private hovered: MapObject | null = null
  private selected: MapObject | null = null
  private raised = true
  private readonly plain = new Set<string>()
  /** Takes presses on the map instead of selecting what lies there. */
  onPress: ((place: [number, number]) => void) | null = null
  private lastHoverAt = 0
  private readonly removeHooks: () => void

  private constructor(
    readonly map: MapLibreMap,
    private readonly options: CityMapOptions,
    private readonly events: CityMapEvents,
    readonly network: LoadedNetwork,
    plane: Plane,
  ) {
    const { manifest } = options
    const codes = new Map(manifest.layers.map((layer) => [layer.code, layer.key]))
    this.states = new StateStore(network.geometryVersion, codes, network.sizes)
    this.renderer = this.makeRenderer(plane)
    for (const layer of manifest.layers) this.renderer.setVisible(layer.key, layer.shown)
    this.addNames()
    this.listen()
    this.removeHooks = installTestHooks(this)
  }

  /** Colour by a theme; states of it must come in by `applyMessage`. */
  setTheme(theme: ThemeSpec | null): void {
    this.theme = theme
    this.attention = attentionOf(theme?.legend ?? null)
    this.states.expect(theme?.code ?? -1)
    for (const { key } of this.options.manifest.layers) this.renderer.setStates(key, this.shownStates(key), null)
    this.renderer.setTheme(theme)
  }

  /** One binary message of the live socket. */
  applyMessage(message: ArrayBuffer): Applied {
    const frame = decodeFrame(message)
    if (!frame) return { outcome: 'ignored' }
    const applied = this.states.apply(frame)
    if (applied.outcome === 'applied') {
      const states = this.states.of(applied.layer)
      if (!this.plain.has(applied.layer)) this.renderer.setStates(applied.layer, states, applied.changed)
      this.pulse(applied.layer, states, applied.changed)
    }
    return applied
  }

  /** States of a past minute, until another theme is set or live messages come again. */
  showStates(layer: string, states: Uint8Array): void {
    this.states.put(layer, states)
    this.renderer.setStates(layer, this.shownStates(layer), null)
  }

  setLayerVisible(key: string, visible: boolean): void {
    this.renderer.setVisible(key, visible)
    if (this.map.getLayer(`names-${key}`)) {
      this.map.setLayoutProperty(`names-${key}`, 'visibility', visible ? 'visible' : 'none')
    }
  }

  setCoverage(spec: CoverageSpec, shown: boolean): void {
    showAreas(this.map, spec, shown)
  }

  /** Draw a layer in its own colours whatever the theme says, or by its states again. */
  setPlain(layer: string, plain: boolean): void {
    if (plain) this.plain.add(layer)
    else this.plain.delete(layer)
    this.renderer.setStates(layer, this.shownStates(layer), null)
  }

  /** Standing buildings and a tilted camera, or the plan from above. */
  set3d(raised: boolean): void {
    this.raised = raised
    this.renderer.setRaised(raised)
    this.map.easeTo({ pitch: raised ? PITCH_3D : 0, bearing: raised ? this.map.getBearing() : 0, duration: this.ms(600) })
  }

  rotateBy(degrees: number): void {
    this.map.easeTo({ bearing: this.map.getBearing() + degrees, duration: this.ms(250) })
  }

  pitchBy(degrees: number): void {
    this.map.easeTo({ pitch: Math.min(70, Math.max(0, this.map.getPitch() + degrees)), duration: this.ms(250) })
  }

  home(): void {
    const [west, south, east, north] = this.options.manifest.bounds
    this.map.fitBounds([west, south, east, north], { pitch: this.raised ? PITCH_3D : 0, bearing: 0, duration: this.ms(900) })
  }

  /** Longitude and latitude of an object, null if it is not on the viewer's map. */
  placeOf({ layer, number }: MapObject): [number, number] | null {
    const places = this.network.anchors[layer]
    const lon = places?.[2 * number]
    const lat = places?.[2 * number + 1]
    return lon === undefined || lat === undefined || Number.isNaN(lon) ? null : [lon, lat]
  }

  nameOf({ layer, number }: MapObject): string {
    const at = this.network.numbers[layer]?.indexOf(number) ?? -1
    return this.network.names[layer]?.[at] ?? ''
  }

  stateOf({ layer, number }: MapObject): number {
    return this.states.stateOf(layer, number)
  }

  /** To a place that is no object, with a pin on it. */
  flyToPlace(center: [number, number], zoom: number): void {
    this.select(null)
    placePin(this.map, center)
    this.map.flyTo({ center, zoom: Math.max(zoom, this.map.getZoom()), duration: this.ms(1600) })
  }

  flyTo(object: MapObject): boolean {
    const center = this.placeOf(object)
    if (!center) return false
    this.select(object)
    placePin(this.map, null)
    this.map.flyTo({ center, zoom: Math.max(15.5, this.map.getZoom()), pitch: this.raised ? 60 : 0, duration: this.ms(1600) })
    return true
  }

  select(object: MapObject | null): void {
    if (this.selected) this.renderer.setFlag(this.selected, 'selected', false)
    this.selected = object
    if (object) this.renderer.setFlag(object, 'selected', true)
  }

  /** Mark what a trace found, layer by layer; everything else steps back. */
  showTrace(found: readonly TraceMark[]): void {
    this.clearTrace()
    for (const { layer, numbers, flag } of found) this.renderer.setFlags(layer, numbers, flag)
    this.renderer.setDimmed(true)
  }

  clearTrace(): void {
    this.renderer.clearFlag('traced')
    this.renderer.clearFlag('affected')
    this.renderer.setDimmed(false)
  }

  /** Bring all marked objects into view. */
  fitTrace(found: readonly TraceMark[]): void {
    const places = found.flatMap(({ layer, numbers }) =>
      Array.from(numbers, (number) => this.placeOf({ layer, number })).filter((place) => place !== null),
    )
    if (places.length === 0) return
    const box = new LngLatBounds(places[0], places[0])
    for (const place of places) box.extend(place)
    const narrow = this.map.getContainer().clientWidth < 760
    const padding = narrow ? { top: 60, bottom: 320, left: 30, right: 30 } : { top: 110, bottom: 90, left: 360, right: 330 }
    this.map.fitBounds(box, { padding, maxZoom: 16.5, pitch: this.raised ? 40 : 0, duration: this.ms(900) })
  }

  get view(): View {
    const { lng, lat } = this.map.getCenter()
    return { center: [lng, lat], zoom: this.map.getZoom(), pitch: this.map.getPitch(), bearing: this.map.getBearing() }
  }

  destroy(): void {
    this.removeHooks()
    this.renderer.destroy()
    this.map.remove()
  }

  private shownStates(layer: string): Uint8Array {
    const states = this.states.of(layer)
    return this.plain.has(layer) ? new Uint8Array(states.length) : states
  }

  private makeRenderer(plane: Plane): CityRenderer {
    const { manifest, renderer, reducedMotion } = this.options
    if (renderer === 'auto') {
      try {
        const before = { buildings: FIRST_LABEL_LAYER, points: FIRST_LABEL_LAYER }
        return new GlRenderer(this.map, manifest, this.network, plane, before, reducedMotion)
      } catch (error) {
        console.warn('map: our layers cannot be drawn here, MapLibre draws them instead', error)
        for (const id of ['city-pipes', 'city-buildings', 'city-points']) if (this.map.getLayer(id)) this.map.removeLayer(id)
      }
    }
    return new FallbackRenderer(this.map, manifest, this.network, FIRST_LABEL_LAYER)
  }

  private addNames(): void {
    for (const [layer, minzoom] of Object.entries(LABEL_ZOOMS)) {
      const spec = this.options.manifest.layers.find(({ key }) => key === layer)
      const names = this.network.names[layer] ?? []
      const features = Array.from(this.network.numbers[layer] ?? [], (number, i) => ({
        type: 'Feature' as const,
        properties: { name: names[i] ?? '' },
        geometry: { type: 'Point' as const, coordinates: this.placeOf({ layer, number }) ?? [0, 0] },
      }))
      this.map.addSource(`names-${layer}`, { type: 'geojson', data: { type: 'FeatureCollection', features } })
      this.map.addLayer({
        id: `names-${layer}`,
        type: 'symbol',
        source: `names-${layer}`,
        minzoom,
        layout: {
          'text-field': ['get', 'name'],
          'text-size': layer === 'plants' ? 13 : 11,
          'text-offset': [0, 1.1],
          'text-anchor': 'top',
          'text-optional': true,
          visibility: spec?.shown === false ? 'none' : 'visible',
        },
        paint: { 'text-color': layer === 'plants' ? '#ffd98a' : '#cfe4f8', 'text-halo-color': '#040c18', 'text-halo-width': 1.5 },
      })
    }
  }

  private listen(): void {
    const { map } = this
    map.on('mousemove', (event: MapMouseEvent) => this.hover(event))
    map.on('mouseout', () => this.setHovered(null, 0, 0))
    map.on('click', ({ point, lngLat }: MapMouseEvent) => {
      if (this.onPress) return this.onPress([lngLat.lng, lngLat.lat])
      const found = this.renderer.pick(point.x, point.y)
      this.select(found)
      this.events.click?.(found)
    })
    map.on('moveend', () => this.events.moved?.(this.view))
    map.on('webglcontextlost', () => this.events.contextLost?.(true))
    map.on('webglcontextrestored', () => this.events.contextLost?.(false))
    map.on('resize', () => this.capBuffer())
  }

  private hover({ point }: MapMouseEvent): void {
    const now = performance.now()
    if (this.map.isMoving() || now - this.lastHoverAt < HOVER_PAUSE_MS) return
    this.lastHoverAt = now
    this.setHovered(this.renderer.pick(point.x, point.y), point.x, point.y)
  }

  private setHovered(object: MapObject | null, x: number, y: number): void {
    if (object?.layer !== this.hovered?.layer || object?.number !== this.hovered?.number) {
      if (this.hovered) this.renderer.setFlag(this.hovered, 'hover', false)
      if (object) this.renderer.setFlag(object, 'hover', true)
      this.hovered = object
      this.map.getCanvas().style.cursor = object ? 'pointer' : ''
    }
    this.events.hover?.(object, x, y)
  }

  /** Objects that have just turned into an alarm pulse for a while. */
  private pulse(layer: string, states: Uint8Array, changed: Uint32Array | null): void {
    if (!changed || this.options.reducedMotion || !this.theme) return
    const urgent = changed.filter((number) => this.attention[states[number] ?? 0]! > 0).slice(0, MAX_PULSING)
    if (urgent.length === 0) return
    for (const number of urgent) this.renderer.setFlag({ layer, number }, 'pulse', true)
    setTimeout(() => {
      for (const number of urgent) this.renderer.setFlag({ layer, number }, 'pulse', false)
    }, 8_000)
  }

  private capBuffer(): void {
    const { clientWidth, clientHeight } = this.map.getContainer()
    const ratio = cappedPixelRatio(clientWidth, clientHeight, window.devicePixelRatio)
    if (Math.abs(ratio - this.map.getPixelRatio()) > 0.01) this.map.setPixelRatio(ratio)
  }

  private ms(duration: number): number {
    return this.options.reducedMotion ? 0 : duration
  }
}

function createMap({ container, manifest, view, reducedMotion }: CityMapOptions): MapLibreMap {
  const [west, south, east, north] = manifest.bounds
  const start = view ?? { bounds: [west, south, east, north] as [number, number, number, number], pitch: 50 }
  const map = new MapLibreMap({
    container,
    style: baseStyle(manifest),
    ...start,
    minZoom: 6,
    maxZoom: 18.5,
    maxPitch: 70,
    fadeDuration: reducedMotion ? 0 : 200,
    attributionControl: false,
    pixelRatio: cappedPixelRatio(container.clientWidth, container.clientHeight, window.devicePixelRatio),
    canvasContextAttributes: { antialias: !isSoftwareGl() },
    localIdeographFontFamily: FONT,
    locale: { 'Map.Title': '城市供热地图', 'NavigationControl.ZoomIn': '放大', 'NavigationControl.ZoomOut': '缩小', 'NavigationControl.ResetBearing': '指北' },
  })
  map.addControl(new NavigationControl({ visualizePitch: true }), 'bottom-right')
  map.addControl(new ScaleControl({ maxWidth: 120 }), 'bottom-left')
  return map
}

/** Is the graphics card a program?  Then smoothing edges costs more than it shows. */
function isSoftwareGl(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2')
  const info = gl?.getExtension('WEBGL_debug_renderer_info')
  const name = gl && info ? String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)) : ''
  gl?.getExtension('WEBGL_lose_context')?.loseContext()
  return /swiftshader|llvmpipe|software/i.test(name)
}

