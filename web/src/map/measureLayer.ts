/** What is being measured, drawn on the map: points, the line or ring through them, and the length of each piece. */
import type { GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl'
import { distanceM, lengthText, type LonLat } from './geodesy'

export type MeasureKind = 'distance' | 'area'

const SOURCE = 'measure'
const COLOUR = '#ffe14d'

type Feature = { type: 'Feature'; properties: Record<string, string>; geometry: { type: string; coordinates: unknown } }

/** Points, line or ring, and a label in the middle of each piece. */
export function measureFeatures(kind: MeasureKind, points: readonly LonLat[]): Feature[] {
  const feature = (type: string, coordinates: unknown, properties = {}): Feature => ({ type: 'Feature', properties, geometry: { type, coordinates } })
  const closed = kind === 'area' && points.length > 2 ? [...points, points[0]!] : points
  const pieces = closed.slice(1).map((to, i) => {
    const from = closed[i]!
    return feature('Point', [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2], { label: lengthText(distanceM(from, to)) })
  })
  return [
    ...(kind === 'area' && points.length > 2 ? [feature('Polygon', [closed])] : []),
    ...(closed.length > 1 ? [feature('LineString', closed)] : []),
    ...points.map((point) => feature('Point', point, { mark: 'x' })),
    ...pieces,
  ]
}

export function drawMeasure(map: MapLibreMap, kind: MeasureKind, points: readonly LonLat[]): void {
  const data = { type: 'FeatureCollection', features: measureFeatures(kind, points) } as never
  const source = map.getSource<GeoJSONSource>(SOURCE)
  if (source) source.setData(data)
  else {
    map.addSource(SOURCE, { type: 'geojson', data })
    map.addLayer({ id: 'measure-fill', type: 'fill', source: SOURCE, filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': COLOUR, 'fill-opacity': 0.16 } })
    map.addLayer({ id: 'measure-line', type: 'line', source: SOURCE, filter: ['==', ['geometry-type'], 'LineString'], paint: { 'line-color': COLOUR, 'line-width': 2.4 } })
    map.addLayer({ id: 'measure-points', type: 'circle', source: SOURCE, filter: ['has', 'mark'], paint: { 'circle-radius': 4.5, 'circle-color': '#040c18', 'circle-stroke-color': COLOUR, 'circle-stroke-width': 2 } })
    map.addLayer({
      id: 'measure-labels',
      type: 'symbol',
      source: SOURCE,
      filter: ['has', 'label'],
      layout: { 'text-field': ['get', 'label'], 'text-size': 12, 'text-allow-overlap': true },
      paint: { 'text-color': '#fff6c2', 'text-halo-color': '#040c18', 'text-halo-width': 2 },
    })
  }
}

export function clearMeasure(map: MapLibreMap): void {
  for (const id of ['measure-labels', 'measure-points', 'measure-line', 'measure-fill']) if (map.getLayer(id)) map.removeLayer(id)
  if (map.getSource(SOURCE)) map.removeSource(SOURCE)
}
