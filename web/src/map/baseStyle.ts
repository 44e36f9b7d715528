/** The base map's look: night ground, water, parks, roads, districts and names.  No glyph server: local fonts draw text. */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'
import type { Manifest } from './manifest'

export const FONT = '"Noto Sans SC","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif'

const INK = {
  ground: '#050e1c',
  district: '#081729',
  districtEdge: '#2d7dc4',
  green: '#0a2a2a',
  water: '#0b3157',
  waterEdge: '#1b5f96',
  major: '#38618f',
  mid: '#26476d',
  minor: '#18304d',
  casing: '#040b16',
  label: '#a9c8ea',
  strongLabel: '#e3f1ff',
  halo: '#040c18',
} as const

/** Our own layers go before these: names stay above what they name. */
export const FIRST_LABEL_LAYER = 'road-names'
export const COVERAGE_BEFORE = 'roads-minor'

function widths(...stops: readonly (readonly [zoom: number, px: number])[]): ExpressionSpecification {
  return ['interpolate', ['exponential', 1.6], ['zoom'], ...stops.flat()] as unknown as ExpressionSpecification
}

function roads(id: string, roadClass: string, colour: string, minzoom: number, width: ExpressionSpecification): LayerSpecification {
  return {
    id,
    type: 'line',
    source: 'base',
    'source-layer': 'roads',
    minzoom,
    filter: ['==', ['get', 'class'], roadClass],
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': colour, 'line-width': width },
  }
}

const HALO = { 'text-halo-color': INK.halo, 'text-halo-width': 1.4 } as const

const GROUND: LayerSpecification[] = [
  { id: 'ground', type: 'background', paint: { 'background-color': INK.ground } },
  { id: 'districts', type: 'fill', source: 'base', 'source-layer': 'districts', paint: { 'fill-color': INK.district } },
  { id: 'green', type: 'fill', source: 'base', 'source-layer': 'green', paint: { 'fill-color': INK.green } },
  { id: 'water', type: 'fill', source: 'base', 'source-layer': 'water', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': INK.water, 'fill-outline-color': INK.waterEdge } },
  { id: 'rivers', type: 'line', source: 'base', 'source-layer': 'water', filter: ['==', ['geometry-type'], 'LineString'], layout: { 'line-join': 'round' }, paint: { 'line-color': INK.water, 'line-width': widths([8, 1], [12, 4], [16, 30]) } },
  roads('roads-minor', 'minor', INK.minor, 12, widths([12, 0.5], [14, 1.6], [17, 9])),
  roads('roads-mid', 'mid', INK.mid, 10.5, widths([10, 0.5], [13, 1.8], [17, 15])),
  roads('roads-major', 'major', INK.major, 7, widths([8, 0.6], [11, 1.3], [13, 2.8], [17, 22])),
  { id: 'district-glow', type: 'line', source: 'base', 'source-layer': 'districts', paint: { 'line-color': INK.districtEdge, 'line-width': 7, 'line-blur': 6, 'line-opacity': 0.22 } },
  { id: 'district-edges', type: 'line', source: 'base', 'source-layer': 'districts', paint: { 'line-color': INK.districtEdge, 'line-width': 1.1, 'line-opacity': 0.75, 'line-dasharray': [4, 2] } },
]

const NAMES: LayerSpecification[] = [
  { id: FIRST_LABEL_LAYER, type: 'symbol', source: 'base', 'source-layer': 'roads', minzoom: 12.5, filter: ['has', 'name'], layout: { 'symbol-placement': 'line', 'text-field': ['get', 'name'], 'text-size': 11, 'symbol-spacing': 420, 'text-letter-spacing': 0.15 }, paint: { 'text-color': '#86a9cf', ...HALO } },
  { id: 'water-names', type: 'symbol', source: 'base', 'source-layer': 'water', minzoom: 10, filter: ['has', 'name'], layout: { 'text-field': ['get', 'name'], 'text-size': 12, 'text-letter-spacing': 0.2 }, paint: { 'text-color': '#5aa7e0', ...HALO } },
  { id: 'place-names', type: 'symbol', source: 'base', 'source-layer': 'places', minzoom: 11, layout: { 'text-field': ['get', 'name'], 'text-size': 12, 'symbol-sort-key': ['coalesce', ['get', 'rank'], 9] }, paint: { 'text-color': INK.label, ...HALO } },
  { id: 'district-names', type: 'symbol', source: 'base', 'source-layer': 'district_labels', maxzoom: 13, layout: { 'text-field': ['get', 'name'], 'text-size': ['interpolate', ['linear'], ['zoom'], 7, 12, 11, 17], 'text-letter-spacing': 0.2 }, paint: { 'text-color': INK.strongLabel, 'text-halo-color': INK.halo, 'text-halo-width': 2 } },
]

const absolute = (url: string): string => new URL(url, location.origin).href.replaceAll('%7B', '{').replaceAll('%7D', '}')

/** Style of the base map.  The building tiles are read by the fallback renderer alone; who is not shown outlines has none. */
export function baseStyle(manifest: Manifest): StyleSpecification {
  const { base, buildings = base } = manifest.tiles
  return {
    version: 8,
    sources: {
      base: { type: 'vector', tiles: [absolute(base.url)], minzoom: base.min_zoom, maxzoom: base.max_zoom },
      'building-tiles': { type: 'vector', tiles: [absolute(buildings.url)], minzoom: buildings.min_zoom, maxzoom: buildings.max_zoom },
    },
    sky: { 'sky-color': '#071a33', 'horizon-color': '#14406b', 'fog-color': '#071a30', 'sky-horizon-blend': 0.7, 'horizon-fog-blend': 0.6, 'atmosphere-blend': 0 },
    layers: [...GROUND, ...NAMES],
  }
}
