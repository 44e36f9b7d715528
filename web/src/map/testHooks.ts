/** What an end-to-end test or a measurement may ask of the map from outside: `window.__map`.  Nothing else uses them. */
import type { CityMap } from './cityMap'
import type { MapObject } from './manifest'

export interface MapHooks {
  /** The network is drawn at least once. */
  ready: boolean
  renderer: string
  /** State byte of an object under the current theme. */
  stateOf: (layer: string, number: number) => number
  /** The object drawn at a pixel of the map's element. */
  pickAt: (x: number, y: number) => MapObject | null
  /** Pixel at which an object's place is drawn, null if it is not on the map. */
  project: (layer: string, number: number) => { x: number; y: number } | null
  /** Put the camera there at once. */
  jumpTo: (view: { center?: [number, number]; zoom?: number; pitch?: number; bearing?: number }) => void
  /** Everything asked for has come and is drawn, labels and tiles included. */
  idle: () => Promise<void>
}

declare global {
  interface Window {
    __map?: MapHooks
  }
}

/** Returns what removes the hooks again. */
export function installTestHooks(city: CityMap): () => void {
  const hooks: MapHooks = {
    ready: false,
    renderer: city.renderer.name,
    stateOf: (layer, number) => city.stateOf({ layer, number }),
    pickAt: (x, y) => city.renderer.pick(x, y),
    project: (layer, number) => {
      const place = city.placeOf({ layer, number })
      if (!place) return null
      const { x, y } = city.map.project(place)
      return { x, y }
    },
    jumpTo: (view) => void city.map.jumpTo(view),
    idle: () =>
      new Promise((done) => {
        city.map.once('idle', () => done())
        city.map.triggerRepaint()
      }),
  }
  window.__map = hooks
  city.map.once('render', () => {
    hooks.ready = true
  })
  return () => {
    if (window.__map === hooks) delete window.__map
  }
}
