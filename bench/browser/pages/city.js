// What every page draws: the same network file, the same states, the same two views, the same level of detail.
import { decodeFrame } from '../../../web/src/map/state/frame.ts'
import { parseNetwork } from '../../../web/src/map/network/network.ts'

/** Below this zoom no page draws secondary pipes.  All of them hold the whole city, but for the tiles of MapLibre alone. */
const DETAIL_ZOOM = 12.5
const MEDIA = [[255, 90, 122], [255, 154, 77], [43, 183, 217]]
/** Radius in pixels; what is not named is not drawn in that view. */
const POINTS = {
  city: { plants: 8, branches: 5, boilers: 4.5, substations: 2.5, devices: 1.5 },
  district: { plants: 15, branches: 10, boilers: 9, substations: 5, devices: 2.4, valves: 2.6 },
}

const name = new URLSearchParams(location.search).get('view') ?? 'city'
const asked = (path) => fetch(path).then((answer) => (answer.ok ? answer : Promise.reject(new Error(`${path}: ${answer.status}`))))

export async function loadSetting() {
  const [manifest, views] = await Promise.all([asked('/data/manifest.json'), asked('/data/views.json')].map(async (it) => (await it).json()))
  const view = views[name]
  return { manifest, view, name, isDetailed: view.zoom >= DETAIL_ZOOM, radii: POINTS[name] }
}

export const loadNetworkFile = async () => parseNetwork(await (await asked('/data/network.bin')).arrayBuffer())

/** The states of all layers as the server sent them: messages, and the bytes in them by layer. */
export async function loadStates({ layers }) {
  const names = Object.fromEntries(layers.map(({ code, key }) => [code, key]))
  const codes = (await (await asked('/data/frames.json')).json()).layers
  const messages = await Promise.all(codes.map(async (code) => (await asked(`/data/frame-${code}.bin`)).arrayBuffer()))
  const frames = messages.map(decodeFrame)
  return { messages, frames, states: Object.fromEntries(frames.map((frame) => [names[frame.layer], frame.states])) }
}

/** The same states, every object moved on by `step`: a recolouring that leaves no object as it was. */
export const turned = (states, step) => states.map((state) => (state + step) % 8)

/** Objects that a minute's news would name, spread over the layer. */
export const thousand = (size) => Uint32Array.from({ length: Math.min(1_000, size) }, (_, i) => Math.floor((i * 7_919) % size))

/** Colour of a state under the theme "operation". */
export function paletteOf(manifest) {
  const { classes } = manifest.themes.find(({ key }) => key === 'operation').legend
  const rgb = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
  return classes.map(({ colour }) => rgb(colour))
}

export const mediumColour = (medium) => MEDIA[medium] ?? MEDIA[1]

/** Ends when the graphics card has drawn what was asked of it. */
export function finish(gl) {
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4))
}

export const frame = () => new Promise((done) => requestAnimationFrame(() => done()))

/** What the driver asks of every page. */
export function publish(page) {
  window.bench = { ...page, firstRenderMs: performance.now() }
}
