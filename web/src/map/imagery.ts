/** Satellite images under the network: the painted ground makes way, names and objects stay. */
import type { Map as MapLibreMap } from 'maplibre-gl'

/** What a browser knows of a source of images; the server fetches them. */
export interface ImagerySource {
  key: string
  url: string
  tile_size: number
  min_zoom: number
  max_zoom: number
  attribution: string
}

const ID = 'satellite'
/** Painted surfaces that would hide the image; roads stay as thin lines for orientation. */
const HIDDEN = ['districts', 'green', 'water', 'rivers', 'roads-minor', 'roads-mid', 'district-glow']
const ABOVE = 'districts'

const absolute = (url: string): string => new URL(url, location.origin).href.replaceAll('%7B', '{').replaceAll('%7D', '}')

/** Images of a source, or the painted ground again; `shown` tells which base layers the viewer has switched off. */
export function showImagery(map: MapLibreMap, source: ImagerySource | null, isOff: (layer: string) => boolean): void {
  if (map.getLayer(ID)) map.removeLayer(ID)
  if (map.getSource(ID)) map.removeSource(ID)
  if (source) {
    const { tile_size: tileSize, min_zoom: minzoom, max_zoom: maxzoom, attribution } = source
    map.addSource(ID, { type: 'raster', tiles: [absolute(source.url)], tileSize, minzoom, maxzoom, attribution })
    map.addLayer({ id: ID, type: 'raster', source: ID, paint: { 'raster-fade-duration': 120 } }, ABOVE)
  }
  for (const layer of HIDDEN) {
    map.setLayoutProperty(layer, 'visibility', source || isOff(layer) ? 'none' : 'visible')
  }
}

export const BASE_GROUPS: readonly { key: string; zh: string; layers: readonly string[] }[] = [
  { key: 'roads', zh: '道路', layers: ['roads-minor', 'roads-mid', 'roads-major', 'road-names'] },
  { key: 'water', zh: '水系', layers: ['water', 'rivers', 'water-names'] },
  { key: 'green', zh: '绿地', layers: ['green'] },
  { key: 'districts', zh: '行政区', layers: ['district-edges', 'district-glow', 'district-names'] },
  { key: 'places', zh: '地名', layers: ['place-names'] },
]

/** Roads, rivers, greenery, districts and names of the base map, shown or not; images keep what they hide hidden. */
export function showBaseGroup(map: MapLibreMap, key: string, shown: boolean, overImagery: boolean): void {
  for (const layer of BASE_GROUPS.find((group) => group.key === key)?.layers ?? []) {
    const on = shown && !(overImagery && HIDDEN.includes(layer))
    map.setLayoutProperty(layer, 'visibility', on ? 'visible' : 'none')
  }
}
