/** What draws the objects and answers which one is where; two do it: our WebGL2 layers, and MapLibre's own as fallback. */
import type { MapObject, ThemeSpec } from './manifest'

export type Flag = 'hover' | 'selected' | 'pulse' | 'traced' | 'affected' | 'filtered'

export interface CityRenderer {
  readonly name: 'webgl2' | 'fallback'
  /** Colours of a theme; null for plain infrastructure. */
  setTheme(theme: ThemeSpec | null): void
  /** New states of a layer; `changed` null means all of them may differ. */
  setStates(layer: string, states: Uint8Array, changed: Uint32Array | null): void
  setFlag(object: MapObject, flag: Flag, on: boolean): void
  /** The same flag for many objects of one layer at once. */
  setFlags(layer: string, numbers: ArrayLike<number>, flag: Flag): void
  clearFlag(flag: Flag): void
  /** Everything that is neither traced nor affected steps back. */
  setDimmed(dimmed: boolean): void
  setVisible(layer: string, visible: boolean): void
  /** Buildings stand (3D) or lie flat (2D). */
  setRaised(raised: boolean): void
  /** The object drawn at a pixel of the map's element (CSS pixels), the topmost one. */
  pick(x: number, y: number): MapObject | null
  destroy(): void
}
