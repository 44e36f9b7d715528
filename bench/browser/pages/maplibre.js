// MapLibre alone: the same objects as vector tiles, coloured by its own feature states.
import { loadSetting, loadStates, mediumColour, paletteOf, publish, turned } from './city.js'
import { baseMap, drawnOnce, idle, styled, turnMap } from './basemap.js'

const css = ([r, g, b]) => `rgb(${r},${g},${b})`
const setting = await loadSetting()
const map = baseMap(setting)
const live = loadStates(setting.manifest)
const palette = paletteOf(setting.manifest)
const own = (colour) => ['match', ['coalesce', ['feature-state', 'state'], -1], ...palette.flatMap((rgb, state) => [state, css(rgb)]), colour]
await styled(map)
map.addSource('city', { type: 'vector', tiles: [`${location.origin}/tiles/city/1/{z}/{x}/{y}`], minzoom: 8, maxzoom: 14 })
const part = (id, type, paint, extra = {}) => map.addLayer({ id, type, source: 'city', 'source-layer': id, paint, ...extra }, 'road-names')
const media = ['match', ['get', 'medium'], 0, css(mediumColour(0)), 1, css(mediumColour(1)), css(mediumColour(2))]
const width = ['interpolate', ['exponential', 1.5], ['zoom'], 9, 0.8, 12, 1.4, 16, 5]
part('mains', 'line', { 'line-color': own(media), 'line-width': width })
if (setting.isDetailed) {
  part('secondary', 'line', { 'line-color': own(media), 'line-width': width })
  part('buildings', 'fill-extrusion', { 'fill-extrusion-color': own('#33507a'), 'fill-extrusion-height': ['get', 'h'] })
} else part('buildings', 'fill', { 'fill-color': own('#33507a'), 'fill-antialias': false })
for (const [key, radius] of Object.entries(setting.radii)) {
  part(key, 'circle', { 'circle-color': own(setting.manifest.layers.find((layer) => layer.key === key).colour), 'circle-radius': radius })
}
await idle(map)
const { states } = await live

publish({
  objects: Object.values(states).reduce((sum, of) => sum + of.length, 0),
  recolour: async (n) => {
    for (const [layer, of] of Object.entries(states)) {
      const next = turned(of, 1 + (n % 2))
      for (const sourceLayer of layer === 'pipes' ? ['mains', 'secondary'] : [layer]) {
        for (let id = 0; id < next.length; id++) map.setFeatureState({ source: 'city', sourceLayer, id }, { state: next[id] })
      }
    }
    await drawnOnce(map)
  },
  turn: (step) => turnMap(map, step),
})
