/** What the server says of the map before anything is drawn. */

export type Drawing = 'extrusion' | 'line' | 'disc'

export interface LayerSpec {
  key: string
  code: number
  zh: string
  kind: string
  drawing: Drawing
  colour: string
  min_zoom: number
  size_px: number
  card: string
  shown: boolean
  /** What its objects are counted in. */
  unit: string
  /** Slots of the state array: largest object number + 1. */
  size: number
  /** Objects the viewer sees. */
  count: number
}

export interface LegendClass {
  state: number
  zh: string
  colour: string
  attention: number
}

export interface ClassLegend {
  type: 'classes'
  classes: LegendClass[]
}

export interface RampLegend {
  type: 'ramp'
  low: number
  high: number
  unit: string
  colours: string[]
  marks: number[]
}

export type Legend = ClassLegend | RampLegend

export interface ThemeSpec {
  key: string
  code: number
  zh: string
  layers: string[]
  legend: Legend
  /** Seconds between two kept states; 0: none are kept, the theme does not change within days. */
  history_s: number
  /** The layer that the legend counts first. */
  counted: string
  /** Layers that the theme turns on though they begin hidden. */
  shows: string[]
}

export interface TileSpec {
  url: string
  min_zoom: number
  max_zoom: number
}

export interface CoverageSpec {
  kind: string
  zh: string
  url: string
}

export interface Manifest {
  version: string
  geometry_version: number
  network: string
  /** `buildings` only for clients that are shown outlines. */
  tiles: { base: TileSpec; buildings?: TileSpec }
  /** West, south, east, north of what the viewer is here for. */
  bounds: [number, number, number, number]
  layers: LayerSpec[]
  themes: ThemeSpec[]
  coverage: CoverageSpec[]
}

/** One object on the map: its layer and its number. */
export interface MapObject {
  layer: string
  number: number
}

export function layerOfKind(manifest: Manifest, kind: string): LayerSpec | undefined {
  return manifest.layers.find((layer) => layer.kind === kind)
}
