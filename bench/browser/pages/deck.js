// deck.gl over the same base map: binary attributes, interleaved, colours as an attribute per vertex.
import { PathLayer, ScatterplotLayer, SolidPolygonLayer } from '@deck.gl/layers'
import { MapLibreOverlay } from '@deck.gl/maplibre'
import { loadNetworkFile, loadSetting, loadStates, mediumColour, paletteOf, publish, turned } from './city.js'
import { baseMap, drawnOnce, idle, styled, turnMap } from './basemap.js'

const report = (error) => setTimeout(() => {
  throw error
})
const setting = await loadSetting()
const map = baseMap(setting)
const [network, { states: first }] = await Promise.all([loadNetworkFile(), loadStates(setting.manifest), styled(map)])
const palette = paletteOf(setting.manifest)
const degrees = ({ lon, lat }) => Float64Array.from({ length: 2 * lon.length }, (_, i) => (i & 1 ? lat[i >> 1] : lon[i >> 1]) / 1e6)

function startsOf(vertices) {
  const starts = new Uint32Array(vertices.length)
  for (let i = 1; i < starts.length; i++) starts[i] = starts[i - 1] + vertices[i - 1]
  return starts
}

/** Each object's value, once a vertex of it. */
function spread(vertices, width, of, Values) {
  const values = new Values(width * vertices.reduce((sum, n) => sum + n, 0))
  let at = 0
  for (let i = 0; i < vertices.length; i++) for (let k = 0; k < vertices[i]; k++, at += width) values.set(of(i), at)
  return values
}

function kept(shapes, keep) {
  const at = startsOf(shapes.vertices)
  const all = Array.from(shapes.numbers.keys()).filter(keep)
  const run = (of) => Int32Array.from(all.flatMap((i) => Array.from(of.subarray(at[i], at[i] + shapes.vertices[i]))))
  const pick = (of) => Int32Array.from(all, (i) => of[i])
  return { numbers: pick(shapes.numbers), vertices: pick(shapes.vertices), medium: pick(shapes.medium), lon: run(shapes.lon), lat: run(shapes.lat) }
}

const pipes = { mains: kept(network.pipes, (i) => network.pipes.medium[i] < 2), secondary: kept(network.pipes, (i) => network.pipes.medium[i] === 2) }
const shapes = {
  buildings: { ...network.buildings, places: degrees(network.buildings), starts: startsOf(network.buildings.vertices) },
  ...Object.fromEntries(Object.entries(pipes).map(([key, of]) => [key, { ...of, places: degrees(of), starts: startsOf(of.vertices) }])),
}
const heights = spread(shapes.buildings.vertices, 1, (i) => [network.buildings.heightDm[i] / 10], Float32Array)
const points = Object.fromEntries(Object.keys(setting.radii).map((key) => [key, { numbers: network.points[key].numbers, places: degrees(network.points[key]) }]))
const colour = (states, number, own) => [...(palette[states?.[number]] ?? own), 255]

function layersOf(states) {
  const { buildings } = shapes
  const ofShapes = (of, own) => ({ value: spread(of.vertices, 4, (i) => colour(own.states, of.numbers[i], own.rgb(i)), Uint8Array), size: 4 })
  const polygons = new SolidPolygonLayer({
    id: 'buildings',
    data: {
      length: buildings.numbers.length,
      startIndices: buildings.starts,
      attributes: {
        getPolygon: { value: buildings.places, size: 2 },
        getElevation: { value: heights, size: 1 },
        getFillColor: ofShapes(buildings, { states: states.buildings, rgb: () => [51, 80, 122] }),
      },
    },
    _normalize: false,
    extruded: true,
    beforeId: 'road-names',
    pickable: false,
  })
  const lines = ['mains', 'secondary'].map((id) => {
    const of = shapes[id]
    const getColor = ofShapes(of, { states: states.pipes, rgb: (i) => mediumColour(of.medium[i]) })
    return new PathLayer({
      id,
      data: { length: of.numbers.length, startIndices: of.starts, attributes: { getPath: { value: of.places, size: 2 }, getColor } },
      _pathType: 'open',
      widthUnits: 'pixels',
      getWidth: setting.isDetailed ? 3 : 1.2,
      visible: setting.isDetailed || id === 'mains',
      beforeId: 'road-names',
    })
  })
  const discs = Object.entries(points).map(([key, { numbers, places }]) => {
    const value = new Uint8Array(4 * numbers.length)
    numbers.forEach((number, i) => value.set(colour(states[key], number, [200, 216, 234]), 4 * i))
    const attributes = { getPosition: { value: places, size: 2 }, getFillColor: { value, size: 4 } }
    return new ScatterplotLayer({ id: key, data: { length: numbers.length, attributes }, radiusUnits: 'pixels', getRadius: setting.radii[key], beforeId: 'road-names' })
  })
  return [...lines, polygons, ...discs]
}

const overlay = await new Promise((loaded) => {
  const made = new MapLibreOverlay({ interleaved: true, layers: layersOf(first), useDevicePixels: 1, onLoad: () => loaded(made), onError: report })
  map.addControl(made)
})
do await drawnOnce(map)
while (overlay._deck.layerManager.getLayers().length < 7 || !overlay._deck.layerManager.getLayers().every((layer) => layer.isLoaded))
await idle(map)

publish({
  objects: Object.values(first).reduce((sum, of) => sum + of.length, 0),
  recolour: async (n) => {
    const next = Object.fromEntries(Object.entries(first).map(([layer, of]) => [layer, turned(of, 1 + (n % 2))]))
    overlay.setProps({ layers: layersOf(next) })
    await drawnOnce(map)
  },
  turn: (step) => turnMap(map, step),
})
