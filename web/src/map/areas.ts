/** Supply areas on the map: fill and edge from tiles cut to the viewer, names from points of their own. */
import type { ExpressionSpecification, Map as MapLibreMap } from 'maplibre-gl'
import { COVERAGE_BEFORE } from './baseStyle'
import type { CoverageSpec } from './manifest'

const SOURCE = 'areas'
const LOWEST_ZOOM = 6
const OUTLINE_ONLY = 'extent'
const PARTS = ['fill', 'edge', 'name'] as const

const absolute = (url: string): string => new URL(url, location.origin).href.replaceAll('%7B', '{').replaceAll('%7D', '}')

/** The same colour for the same owner at every zoom; neighbours mostly differ. */
export function areaColour(colours: readonly string[]): ExpressionSpecification {
  const cases = colours.flatMap((colour, i) => [i, colour])
  return ['match', ['%', ['to-number', ['id'], 0], colours.length], ...cases, colours[0]] as unknown as ExpressionSpecification
}

export function showAreas(map: MapLibreMap, spec: CoverageSpec, shown: boolean): void {
  if (shown && !map.getSource(SOURCE)) {
    map.addSource(SOURCE, { type: 'vector', tiles: [absolute(spec.tiles)], minzoom: LOWEST_ZOOM, maxzoom: spec.max_zoom })
  }
  if (shown && !map.getLayer(layerId(spec, 'edge'))) addLayers(map, spec)
  for (const part of PARTS) {
    const id = layerId(spec, part)
    if (map.getLayer(id)) map.setLayoutProperty(id, 'visibility', shown ? 'visible' : 'none')
  }
}

const layerId = ({ kind }: CoverageSpec, part: (typeof PARTS)[number]): string => `area-${kind}-${part}`

function addLayers(map: MapLibreMap, spec: CoverageSpec): void {
  const from = { source: SOURCE, 'source-layer': spec.kind, minzoom: spec.min_zoom } as const
  const isExtent = spec.kind === OUTLINE_ONLY
  const colour = isExtent ? '#ffd98a' : areaColour(spec.colours)
  if (!isExtent) {
    map.addLayer({ id: layerId(spec, 'fill'), type: 'fill', ...from, paint: { 'fill-color': colour, 'fill-opacity': 0.2 } }, COVERAGE_BEFORE)
  }
  const edge = isExtent ? { 'line-width': 2.4, 'line-dasharray': [5, 2, 1, 2] } : { 'line-width': 1.4 }
  map.addLayer({ id: layerId(spec, 'edge'), type: 'line', ...from, paint: { 'line-color': colour, 'line-opacity': 0.9, ...edge } as never }, COVERAGE_BEFORE)
  const names = `areas-${spec.kind}`
  map.addSource(names, { type: 'geojson', data: absolute(spec.url) })
  map.addLayer({
    id: layerId(spec, 'name'),
    type: 'symbol',
    source: names,
    minzoom: isExtent ? spec.min_zoom : spec.min_zoom + 1.5,
    layout: { 'text-field': ['get', 'name'], 'text-size': 12 },
    paint: { 'text-color': isExtent ? '#ffd98a' : ['get', 'colour'], 'text-halo-color': '#040c18', 'text-halo-width': 1.6 },
  })
}
