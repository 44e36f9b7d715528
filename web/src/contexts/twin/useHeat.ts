/** The smooth picture of a measured theme under the network at the scale of the city: our own field, drawn once a minute. */
import { computed, watch } from 'vue'
import type { CanvasSource } from 'maplibre-gl'
import type { CityMap } from '@/map/cityMap'
import { COVERAGE_BEFORE } from '@/map/baseStyle'
import { heatField, type HeatField } from '@/map/state/heatField'
import type { CityMapState } from './useCityMap'

const SOURCE = 'heat-field'
/** Themes whose values run smoothly over the ground: what a room has, its neighbour's has nearly. */
const SMOOTH: ReadonlySet<string> = new Set(['room_temp'])
const LAYER = 'buildings'

export function useHeat(map: CityMapState): void {
  const isSmooth = computed(() => SMOOTH.has(map.themeKey.value))
  watch([map.city, map.themeKey, map.stateNews], () => {
    const [city, theme] = [map.city.value, map.theme()]
    if (!city) return
    const legend = theme?.legend
    const places = city.network.anchors[LAYER]
    const field = isSmooth.value && legend?.type === 'ramp' && places ? heatField(places, city.states.of(LAYER), legend) : null
    if (field) show(city, field)
    else if (city.map.getLayer(SOURCE)) city.map.setLayoutProperty(SOURCE, 'visibility', 'none')
  })
}

function show(city: CityMap, { width, height, pixels, bounds: [west, south, east, north] }: HeatField): void {
  const { map } = city
  const canvas = canvasOf(map.getSource<CanvasSource>(SOURCE)?.canvas)
  canvas.width = width
  canvas.height = height
  canvas.getContext('2d')?.putImageData(new ImageData(pixels, width, height), 0, 0)
  const coordinates = [[west, north], [east, north], [east, south], [west, south]] as [[number, number], [number, number], [number, number], [number, number]]
  const source = map.getSource<CanvasSource>(SOURCE)
  if (!source) {
    map.addSource(SOURCE, { type: 'canvas', canvas, coordinates, animate: false })
    map.addLayer(
      {
        id: SOURCE,
        type: 'raster',
        source: SOURCE,
        paint: { 'raster-opacity': ['interpolate', ['linear'], ['zoom'], 12, 0.85, 13.6, 0], 'raster-fade-duration': 0 },
      },
      map.getLayer(COVERAGE_BEFORE) ? COVERAGE_BEFORE : undefined,
    )
    return
  }
  source.setCoordinates(coordinates)
  source.play() // one look at the canvas: it does not move by itself
  source.pause()
  map.setLayoutProperty(SOURCE, 'visibility', 'visible')
}

function canvasOf(held: HTMLCanvasElement | undefined): HTMLCanvasElement {
  return held ?? document.createElement('canvas')
}
