/** Draws all objects with MapLibre's own layers and feature states, where our shaders cannot run; and checks them in tests. */
import type { ExpressionSpecification, LayerSpecification, Map as MapLibreMap } from 'maplibre-gl'
import { MEDIA } from '../gl/glRenderer'
import { discRadiusPx } from '../gl/stateLayer'
import type { LayerSpec, Legend, Manifest, MapObject, ThemeSpec } from '../manifest'
import type { LoadedNetwork } from '../network/messages'
import type { CityRenderer, Flag } from '../renderer'
import { hexOf } from '../state/palette'

const TILES = { source: 'building-tiles', sourceLayer: 'buildings' }

/** Colour of a feature by its state; `own` where it has none. */
export function stateColour(legend: Legend | null, own: string | ExpressionSpecification): ExpressionSpecification | string {
  const state = ['coalesce', ['feature-state', 'state'], 0]
  if (!legend) return own
  if (legend.type === 'classes') {
    const cases = legend.classes.filter(({ state: code }) => code > 0).flatMap(({ state: code, colour }) => [code, colour])
    return ['match', state, ...cases, own] as unknown as ExpressionSpecification
  }
  const last = legend.colours.length - 1
  const stops = legend.colours.flatMap((colour, i) => [1 + (i / last) * 249, colour])
  return ['case', ['==', state, 0], own, ['interpolate', ['linear'], state, ...stops]] as unknown as ExpressionSpecification
}

const IS_AFFECTED = ['boolean', ['feature-state', 'affected'], false]
const IS_TRACED = ['boolean', ['feature-state', 'traced'], false]
const IS_FILTERED = ['boolean', ['feature-state', 'filtered'], false]
const IS_PART = ['any', IS_AFFECTED, IS_TRACED]

/** The colour of an object's state unless it is part of a trace; what is filtered out sinks into the ground. */
function flagged(colour: ExpressionSpecification | string): ExpressionSpecification {
  return ['case', IS_FILTERED, '#0d1a2c', IS_AFFECTED, '#ff8c29', IS_TRACED, '#5cf2ff', colour] as unknown as ExpressionSpecification
}

type Collection = { type: 'FeatureCollection'; features: { type: 'Feature'; id: number; properties: object; geometry: object }[] }

function pipeFeatures({ rawLines: raw }: LoadedNetwork): Collection {
  let at = 0
  const features = Array.from(raw.numbers, (id, i) => {
    const coordinates: [number, number][] = []
    for (const end = at + raw.vertices[i]!; at < end; at++) coordinates.push([raw.lon[at]! / 1e6, raw.lat[at]! / 1e6])
    const geometry = { type: 'LineString', coordinates }
    return { type: 'Feature' as const, id, properties: { medium: raw.medium[i] }, geometry }
  })
  return { type: 'FeatureCollection', features }
}

function pointFeatures(network: LoadedNetwork, layer: string): Collection {
  const places = network.anchors[layer] ?? new Float64Array()
  const features = Array.from(network.numbers[layer] ?? [], (id) => {
    const geometry = { type: 'Point', coordinates: [places[2 * id]!, places[2 * id + 1]!] }
    return { type: 'Feature' as const, id, properties: {}, geometry }
  })
  return { type: 'FeatureCollection', features }
}

export class FallbackRenderer implements CityRenderer {
  readonly name = 'fallback'
  private readonly specs: readonly LayerSpec[]
  private marked: { layer: string; numbers: number[]; flag: Flag }[] = []

  constructor(
    private readonly map: MapLibreMap,
    manifest: Manifest,
    network: LoadedNetwork,
    before: string,
  ) {
    this.specs = [...manifest.layers].sort((a, b) => rankOf(a) - rankOf(b))
    for (const spec of this.specs) {
      if (spec.drawing !== 'extrusion') {
        const features = spec.drawing === 'line' ? pipeFeatures(network) : pointFeatures(network, spec.key)
        map.addSource(sourceOf(spec), { type: 'geojson', data: features as never })
      }
      map.addLayer(layerOf(spec), before)
    }
  }

  setTheme(theme: ThemeSpec | null): void {
    for (const spec of this.specs) {
      const colour = stateColour(theme?.legend ?? null, ownColour(spec))
      this.map.setPaintProperty(layerId(spec), `${PAINT[spec.drawing]}-color`, flagged(colour))
    }
  }

  setStates(layer: string, states: Uint8Array, changed: Uint32Array | null): void {
    const spec = this.specs.find(({ key }) => key === layer)
    if (!spec) return
    const put = (number: number): void => {
      this.map.setFeatureState(this.feature(spec, number), { state: states[number] ?? 0 })
    }
    if (changed) changed.forEach((number) => put(number))
    else states.forEach((_, number) => put(number))
  }

  setFlag({ layer, number }: MapObject, flag: Flag, on: boolean): void {
    const spec = this.specs.find(({ key }) => key === layer)
    if (spec) this.map.setFeatureState(this.feature(spec, number), { [flag]: on })
  }

  setFlags(layer: string, numbers: ArrayLike<number>, flag: Flag): void {
    for (let i = 0; i < numbers.length; i++) this.setFlag({ layer, number: numbers[i]! }, flag, true)
    this.marked.push({ layer, numbers: Array.from(numbers), flag })
  }

  /** A feature state cannot be searched: what was flagged in one go is remembered. */
  clearFlag(flag: Flag): void {
    for (const mark of this.marked) {
      if (mark.flag === flag) for (const number of mark.numbers) this.setFlag({ layer: mark.layer, number }, flag, false)
    }
    this.marked = this.marked.filter((mark) => mark.flag !== flag)
  }

  setDimmed(dimmed: boolean): void {
    for (const spec of this.specs) {
      const step = ['case', IS_PART, 1, dimmed ? 0.25 : 1] as unknown as ExpressionSpecification
      // an extrusion has one opacity for all its buildings
      if (spec.drawing !== 'extrusion') this.map.setPaintProperty(layerId(spec), `${PAINT[spec.drawing]}-opacity`, step)
    }
  }

  setVisible(layer: string, visible: boolean): void {
    const spec = this.specs.find(({ key }) => key === layer)
    if (spec) this.map.setLayoutProperty(layerId(spec), 'visibility', visible ? 'visible' : 'none')
  }

  setRaised(raised: boolean): void {
    const buildings = this.specs.find(({ drawing }) => drawing === 'extrusion')
    if (!buildings) return
    this.map.setPaintProperty(layerId(buildings), "fill-extrusion-height", raised ? ["get", "h"] : 0)
  }

  pick(x: number, y: number): MapObject | null {
    // Among layers with extrusions the map orders hits by depth; what is drawn on top is the last of our own order.
    for (const spec of [...this.specs].reverse()) {
      const found = this.map.queryRenderedFeatures([x, y], { layers: [layerId(spec)] })[0]
      if (typeof found?.id === 'number') return { layer: spec.key, number: found.id }
    }
    return null
  }

  destroy(): void {
    for (const spec of this.specs) {
      if (this.map.getLayer(layerId(spec))) this.map.removeLayer(layerId(spec))
      if (spec.drawing !== 'extrusion' && this.map.getSource(sourceOf(spec))) this.map.removeSource(sourceOf(spec))
    }
  }

  private feature(spec: LayerSpec, id: number): { source: string; sourceLayer?: string; id: number } {
    return spec.drawing === 'extrusion' ? { ...TILES, id } : { source: sourceOf(spec), id }
  }
}

const PAINT = { extrusion: 'fill-extrusion', line: 'line', disc: 'circle' } as const
const layerId = (spec: LayerSpec): string => `city-${spec.key}`
const sourceOf = (spec: LayerSpec): string => `city-${spec.key}`
const RANKS = ['pipes', 'buildings', 'valves', 'devices', 'weather', 'substations', 'boilers', 'branches', 'plants']
const rankOf = (spec: LayerSpec): number => RANKS.indexOf(spec.key)

function ownColour(spec: LayerSpec): string | ExpressionSpecification {
  if (spec.drawing !== 'line') return spec.colour
  const [trunk, primary, secondary] = MEDIA.map(hexOf)
  return ['match', ['get', 'medium'], 0, trunk!, 1, primary!, secondary!]
}

function layerOf(spec: LayerSpec): LayerSpecification {
  const id = layerId(spec)
  const colour = ownColour(spec)
  if (spec.drawing === 'extrusion') {
    const height: ExpressionSpecification = ['get', 'h']
    return { id, type: 'fill-extrusion', source: TILES.source, 'source-layer': TILES.sourceLayer, paint: { 'fill-extrusion-color': colour, 'fill-extrusion-height': height } }
  }
  if (spec.drawing === 'line') {
    return { id, type: 'line', source: sourceOf(spec), paint: { 'line-color': colour, 'line-width': ['interpolate', ['linear'], ['zoom'], 10, 0.8, 16, 5] } }
  }
  const radii = [8, 12, 16].flatMap((zoom) => [zoom, discRadiusPx(spec.size_px, zoom)])
  const radius = ['interpolate', ['linear'], ['zoom'], ...radii] as unknown as ExpressionSpecification
  return { id, type: 'circle', source: sourceOf(spec), minzoom: spec.min_zoom, paint: { 'circle-color': colour, 'circle-radius': radius, 'circle-stroke-color': '#050e1c', 'circle-stroke-width': 1 } }
}
