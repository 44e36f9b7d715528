/** What page and network worker say to each other. */
import type { BuildingMesh, Instances } from './expand'
import type { Plane } from './plane'

export interface LoadRequest {
  url: string
  plane: Plane
  secondaryMinZoom: number
}

/** Raw shapes for the fallback renderer, which has MapLibre draw them. */
export interface RawLines {
  numbers: Int32Array
  vertices: Uint32Array
  lon: Int32Array
  lat: Int32Array
  medium: Uint32Array
}

export interface LoadedNetwork {
  geometryVersion: number
  sizes: Record<string, number>
  names: Record<string, string[]>
  /** Object numbers of each point layer, in the order of its names. */
  numbers: Record<string, Int32Array>
  anchors: Record<string, Float64Array>
  buildings: BuildingMesh
  lines: Instances
  points: Record<string, Instances>
  rawLines: RawLines
  bytes: number
  expandMs: number
}

export type WorkerNews =
  | { type: 'progress'; loaded: number; total: number }
  | { type: 'loaded'; network: LoadedNetwork }
  | { type: 'failed'; status: number; message: string }
