// Our map as the product has it, without the application around it; or its fallback, MapLibre's own layers.
import 'maplibre-gl/dist/maplibre-gl.css'
import { zlibSync } from 'fflate'
import { CityMap } from '../../../web/src/map/cityMap.ts'
import { finish, loadSetting, loadStates, publish, thousand, turned } from './city.js'
import { drawnOnce, idle, turnMap } from './basemap.js'

const renderer = new URLSearchParams(location.search).get('renderer') ?? 'auto'
const HEADER_BYTES = 26

/** A state message like the server's, with other states in it. */
function encode(message, kind, seq, numbers, states) {
  const payload = new Uint8Array((numbers ? numbers.byteLength : 0) + states.length)
  if (numbers) payload.set(new Uint8Array(numbers.buffer))
  payload.set(states, payload.length - states.length)
  const body = zlibSync(payload, { level: 1 })
  const whole = new Uint8Array(HEADER_BYTES + body.length)
  whole.set(new Uint8Array(message, 0, HEADER_BYTES))
  whole.set(body, HEADER_BYTES)
  const header = new DataView(whole.buffer)
  header.setUint8(3, kind)
  header.setUint32(8, seq, true)
  header.setUint32(22, states.length, true)
  return whole.buffer
}

const setting = await loadSetting()
const opening = CityMap.open(
  {
    container: document.getElementById('map'),
    manifest: setting.manifest,
    view: setting.view,
    renderer,
    reducedMotion: true,
    signal: new AbortController().signal,
    progress: () => undefined,
  },
  {},
)
const [city, live] = await Promise.all([opening, loadStates(setting.manifest)])
const { map } = city
map.jumpTo(setting.view)
city.setTheme(setting.manifest.themes.find(({ key }) => key === 'operation'))
for (const { key } of setting.manifest.layers) city.setLayerVisible(key, key in setting.radii || key === 'buildings' || key === 'pipes')
if (renderer === 'auto') for (const message of live.messages) city.applyMessage(message)
await idle(map)

let seq = live.frames[0].seq
const prepared = [1, 2].map((step) => live.frames.map((found, i) => encode(live.messages[i], 0, 0, null, turned(found.states, step))))
const largest = live.frames.reduce((a, b) => (b.states.length > a.states.length ? b : a))

publish({
  objects: live.frames.reduce((sum, found) => sum + found.states.length, 0),
  recolour: async (n) => {
    seq += 1
    for (const message of prepared[n % 2]) {
      new DataView(message).setUint32(8, seq, true)
      city.applyMessage(message)
    }
    await drawnOnce(map)
  },
  // Made ready apart, so that the cost of making it is not counted.
  prepareDelta: (n) => {
    const numbers = thousand(largest.states.length)
    window.message = encode(live.messages[live.frames.indexOf(largest)], 1, (seq += 1), numbers, new Uint8Array(numbers.length).fill(n % 8))
  },
  applyDelta: () => city.applyMessage(window.message).outcome,
  frame: () => drawnOnce(map),
  turn: (step) => turnMap(map, step),
  pick: (x, y) => city.renderer.pick(x, y),
  timedPick: (x, y) => {
    const began = performance.now()
    const found = city.renderer.pick(x, y)
    return { found, ms: performance.now() - began }
  },
  finish: () => finish(map.painter.context.gl),
})
