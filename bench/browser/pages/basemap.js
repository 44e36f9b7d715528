// The base map without our own layers, as the product styles it, in the measured view.
import { Map } from 'maplibre-gl'
import { setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'
import { baseStyle, FONT } from '../../../web/src/map/baseStyle.ts'
import { finish } from './city.js'

setWorkerUrl(workerUrl)

export function baseMap({ manifest, view }) {
  return new Map({
    container: 'map',
    style: baseStyle(manifest),
    ...view,
    maxPitch: 70,
    fadeDuration: 0,
    attributionControl: false,
    canvasContextAttributes: { antialias: false },
    localIdeographFontFamily: FONT,
  })
}

export const styled = (map) => new Promise((done) => (map.isStyleLoaded() ? done() : map.once('style.load', () => done())))

export const idle = (map) =>
  new Promise((done) =>
    map.once('idle', () => {
      finish(map.painter.context.gl)
      done()
    }),
  )

export const drawnOnce = (map) =>
  new Promise((done) => {
    map.once('render', () => done())
    map.triggerRepaint()
  })

/** Turn the camera by a step and wait for that frame's script. */
export function turnMap(map, step) {
  const drawn = drawnOnce(map)
  map.jumpTo({ bearing: map.getBearing() + step })
  return drawn
}
