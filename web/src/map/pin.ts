/** A pin at a place that has no object of its own on the map: a community, a road, a name. */
import { Marker, type Map as MapLibreMap } from 'maplibre-gl'

const pins = new WeakMap<MapLibreMap, Marker>()

/** Moves the map's one pin; null takes it away. */
export function placePin(map: MapLibreMap, at: readonly [number, number] | null): void {
  pins.get(map)?.remove()
  pins.delete(map)
  if (at) pins.set(map, new Marker({ color: '#2bd5ff' }).setLngLat([at[0], at[1]]).addTo(map))
}
