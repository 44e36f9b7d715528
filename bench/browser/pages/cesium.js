// CesiumJS: the buffers that our worker expands, as primitives by cell; a plain globe, no roads, no names.
import { planeAt } from '../../../web/src/map/network/plane.ts'
import { BUILDING_STRIDE, SEGMENT_STRIDE } from '../../../web/src/map/network/expand.ts'
import { loadNetwork } from '../../../web/src/map/network/loadNetwork.ts'
import { loadSetting, loadStates, mediumColour, paletteOf, publish, turned, finish } from './city.js'

const C = window.Cesium
/** MapLibre's field of view. */
const FOV_Y = 0.6435011087932844

const setting = await loadSetting()
const { manifest, view } = setting
const [west, south, east, north] = manifest.bounds
const plane = planeAt((west + east) / 2, (south + north) / 2)
const widget = new C.CesiumWidget('map', {
  baseLayer: false,
  skyBox: false,
  skyAtmosphere: false,
  useBrowserRecommendedResolution: false,
  requestRenderMode: true,
  maximumRenderTimeChange: Infinity,
  contextOptions: { webgl: { antialias: false } },
  msaaSamples: 1,
})
const { scene } = widget
scene.globe.baseColor = C.Color.fromCssColorString('#050e1c')
scene.fog.enabled = false
const { clientWidth, clientHeight } = widget.canvas
widget.camera.frustum.fov = 2 * Math.atan(Math.tan(FOV_Y / 2) * Math.max(1, clientWidth / clientHeight))
let bearing = view.bearing
function look() {
  const metresPerPixel = (40_075_016.7 * Math.cos((view.center[1] * Math.PI) / 180)) / (512 * 2 ** view.zoom)
  const range = (clientHeight / 2 / Math.tan(FOV_Y / 2)) * metresPerPixel
  const offset = new C.HeadingPitchRange(C.Math.toRadians(bearing), C.Math.toRadians(view.pitch - 90), range)
  widget.camera.lookAt(C.Cartesian3.fromDegrees(...view.center), offset)
}
look()

const [network, { states: first }] = await Promise.all([
  loadNetwork({ url: '/data/network.bin', plane, secondaryMinZoom: 12.5 }),
  loadStates(manifest),
])
const palette = paletteOf(manifest)
const colourOf = (states, number, own) => palette[states?.[number]] ?? own

function cartesian(x, y, z, into, at) {
  const mx = plane.x + x * plane.unitsPerMetre
  const my = plane.y + y * plane.unitsPerMetre
  const p = C.Cartesian3.fromRadians((mx - 0.5) * 2 * Math.PI, 2 * Math.atan(Math.exp((0.5 - my) * 2 * Math.PI)) - Math.PI / 2, z)
  into.set([p.x, p.y, p.z], at)
}

/** One primitive of ready triangles or lines; its colours are a vertex attribute that is written anew. */
function primitive({ positions, indices, owners, show = true }, type, colours) {
  const number = (values, size, datatype, normalize = false) =>
    new C.GeometryAttribute({ componentDatatype: datatype, componentsPerAttribute: size, normalize, values })
  const geometry = new C.Geometry({
    attributes: {
      position: number(positions, 3, C.ComponentDatatype.DOUBLE),
      color: number(colours(owners), 4, C.ComponentDatatype.UNSIGNED_BYTE, true),
    },
    indices,
    primitiveType: type,
    boundingSphere: C.BoundingSphere.fromVertices(positions),
  })
  const appearance = new C.PerInstanceColorAppearance({ flat: true, translucent: false, closed: false })
  return new C.Primitive({ show, geometryInstances: new C.GeometryInstance({ geometry }), appearance, asynchronous: false, allowPicking: false, compressVertices: false })
}

const rgba = (owners, of) => {
  const values = new Uint8Array(4 * owners.length)
  owners.forEach((owner, i) => values.set([...of(owner), 255], 4 * i))
  return values
}

function buildingParts() {
  const { vertices, indices, cells } = network.buildings
  const f32 = new Float32Array(vertices)
  const u16 = new Uint16Array(vertices)
  const u32 = new Uint32Array(vertices)
  const stride = BUILDING_STRIDE / 4
  return cells.map((cell) => {
    const taken = indices.subarray(cell.first, cell.first + cell.count)
    let low = Infinity
    let high = 0
    for (const v of taken) [low, high] = [Math.min(low, v), Math.max(high, v)]
    const n = high - low + 1
    const positions = new Float64Array(3 * n)
    const owners = new Uint32Array(n)
    for (let i = 0; i < n; i++) {
      const v = low + i
      cartesian(f32[stride * v], f32[stride * v + 1], u16[8 * v + 4] / 10, positions, 3 * i)
      owners[i] = u32[stride * v + 3]
    }
    return { positions, indices: taken.map((v) => v - low), owners }
  })
}

function pipeParts() {
  const { data, cells } = network.lines
  const f32 = new Float32Array(data)
  const u32 = new Uint32Array(data)
  const stride = SEGMENT_STRIDE / 4
  return cells.map(({ first: begin, count, minZoom }) => {
    const positions = new Float64Array(6 * count)
    const owners = new Uint32Array(2 * count)
    for (let i = 0; i < count; i++) {
      const s = stride * (begin + i)
      cartesian(f32[s], f32[s + 1], 2, positions, 6 * i)
      cartesian(f32[s + 2], f32[s + 3], 2, positions, 6 * i + 3)
      owners.fill(u32[s + 4], 2 * i, 2 * i + 2)
    }
    return { positions, indices: Uint32Array.from({ length: 2 * count }, (_, i) => i), owners, show: setting.isDetailed || minZoom === 0 }
  })
}

const parts = { buildings: buildingParts(), pipes: pipeParts() }
let drawnParts = []
function draw(states) {
  drawnParts.forEach((part) => scene.primitives.remove(part))
  const buildings = (owners) => rgba(owners, (id) => colourOf(states.buildings, id, [51, 80, 122]))
  const pipes = (owners) => rgba(owners, (packed) => colourOf(states.pipes, packed & 0xffffff, mediumColour((packed >>> 24) & 3)))
  drawnParts = [
    ...parts.pipes.map((p) => primitive(p, C.PrimitiveType.LINES, pipes)),
    ...parts.buildings.map((p) => primitive(p, C.PrimitiveType.TRIANGLES, buildings)),
  ]
  drawnParts.forEach((part) => scene.primitives.add(part))
}
draw(first)

const marks = {}
for (const [key, radius] of Object.entries(setting.radii)) {
  const collection = scene.primitives.add(new C.PointPrimitiveCollection())
  const places = network.anchors[key]
  marks[key] = Array.from(network.numbers[key], (id) => {
    const color = C.Color.fromBytes(...colourOf(first[key], id, [200, 216, 234]))
    return { id, mark: collection.add({ position: C.Cartesian3.fromDegrees(places[2 * id], places[2 * id + 1], 3), color, pixelSize: 2 * radius }) }
  })
}

function rendered() {
  return new Promise((done) => {
    const stop = scene.postRender.addEventListener(() => {
      stop()
      done()
    })
    scene.requestRender()
  })
}
do await rendered()
while (!scene.globe.tilesLoaded || !drawnParts.every((part) => part.ready || !part.show))
await rendered()
finish(scene.context._gl)

publish({
  objects: Object.values(first).reduce((sum, of) => sum + of.length, 0),
  recolour: async (n) => {
    const next = Object.fromEntries(Object.entries(first).map(([layer, of]) => [layer, turned(of, 1 + (n % 2))]))
    draw(next)
    const shades = palette.map((rgb) => C.Color.fromBytes(...rgb))
    for (const [key, all] of Object.entries(marks)) for (const { id, mark } of all) mark.color = shades[next[key]?.[id]] ?? mark.color
    await rendered()
  },
  turn: (step) => {
    bearing += step
    look()
    return rendered()
  },
})
