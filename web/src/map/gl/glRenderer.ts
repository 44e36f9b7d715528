/** Draws all objects with our own WebGL2 layers inside MapLibre's frame, coloured by state textures. */
import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibreMap } from 'maplibre-gl'
import type { LayerSpec, Manifest, MapObject, ThemeSpec } from '../manifest'
import type { LoadedNetwork } from '../network/messages'
import { planeMatrix, type Plane } from '../network/plane'
import type { CityRenderer, Flag } from '../renderer'
import { paletteOf, rgbOf, type Rgb } from '../state/palette'
import { Picker } from './picker'
import { FLAG } from './shaders'
import { BuildingLayer, DiscLayer, LineLayer, type Pass, type StateLayer } from './stateLayer'
import { resetUnpacking } from './stateTexture'
import { StillFrame } from './stillFrame'

/** Long-distance, primary and secondary pipes. */
export const MEDIA: readonly Rgb[] = [rgbOf('#ff5a7a'), rgbOf('#ff9a4d'), rgbOf('#2bb7d9')]
const SHAPES: Readonly<Record<string, number>> = { plants: 1, branches: 2, boilers: 3 }
/** Buildings rise between these zooms: below they are flat footprints. */
const RISE_FROM = 12
const RISE_TO = 12.6
const PULSE_PERIOD_MS = 1_200
/** Alarms pulse for a while after they appear, not for ever: a map that never rests burns a laptop's battery. */
const PULSE_FOR_MS = 8_000

/** How far buildings have risen at a zoom. */
export function riseAt(zoom: number, raised: boolean): number {
  return raised ? Math.min(1, Math.max(0, (zoom - RISE_FROM) / (RISE_TO - RISE_FROM))) : 0
}

export class GlRenderer implements CityRenderer {
  readonly name = 'webgl2'
  private readonly layers: StateLayer[]
  private readonly byKey: Map<string, StateLayer>
  private readonly keyOf: Map<number, string>
  private readonly picker = new Picker()
  private gl: WebGL2RenderingContext | null = null
  private palette: WebGLTexture | null = null
  private colours = paletteOf(null)
  private paletteIsNew = true
  private raised = true
  private dimmed = false
  private frame: Pass | null = null
  private pulseUntil = 0
  /** Rises with everything that changes the picture but the camera. */
  private version = 0
  private readonly still = new StillFrame()
  private keepsFrames = false
  private readonly customLayers: readonly CustomLayerInterface[]

  /** Throws `ShaderError` when this browser cannot draw our layers. */
  constructor(
    private readonly map: MapLibreMap,
    manifest: Manifest,
    network: LoadedNetwork,
    private readonly plane: Plane,
    before: { buildings?: string; points?: string },
    private readonly reducedMotion: boolean,
  ) {
    this.layers = manifest.layers.map((spec) => layerFor(spec, network)).sort((a, b) => rank(a) - rank(b))
    this.byKey = new Map(this.layers.map((layer) => [layer.key, layer]))
    this.keyOf = new Map(manifest.layers.map((spec) => [spec.code, spec.key]))
    this.customLayers = [
      this.customLayer('city-pipes', this.layers.filter((layer) => layer instanceof LineLayer)),
      this.customLayer('city-buildings', this.layers.filter((layer) => layer instanceof BuildingLayer)),
      this.customLayer('city-points', this.layers.filter((layer) => layer instanceof DiscLayer)),
    ]
    map.on('webglcontextlost', this.onLost)
    const [pipes, buildings, points] = this.customLayers
    map.addLayer(pipes!, before.buildings)
    map.addLayer(buildings!, before.buildings)
    map.addLayer(points!, before.points)
  }

  setTheme(theme: ThemeSpec | null): void {
    this.colours = paletteOf(theme?.legend ?? null)
    this.paletteIsNew = true
    this.changed()
  }

  setStates(layer: string, states: Uint8Array, changed: Uint32Array | null): void {
    const texture = this.byKey.get(layer)?.states
    if (!texture) return
    if (changed) for (const number of changed) texture.set(number, states[number] ?? 0)
    else texture.setAll(states)
    this.changed()
  }

  setFlag({ layer, number }: MapObject, flag: Flag, on: boolean): void {
    this.byKey.get(layer)?.states.setFlag(number, FLAG[flag], on)
    if (flag === 'pulse' && on) this.pulseUntil = performance.now() + PULSE_FOR_MS
    this.changed()
  }

  setFlags(layer: string, numbers: ArrayLike<number>, flag: Flag): void {
    this.byKey.get(layer)?.states.setFlags(numbers, FLAG[flag])
    this.changed()
  }

  setDimmed(dimmed: boolean): void {
    this.dimmed = dimmed
    this.changed()
  }

  clearFlag(flag: Flag): void {
    for (const layer of this.layers) layer.states.clearFlag(FLAG[flag])
    this.changed()
  }

  setVisible(layer: string, visible: boolean): void {
    const found = this.byKey.get(layer)
    if (found) found.visible = visible
    this.changed()
  }

  setRaised(raised: boolean): void {
    this.raised = raised
    this.changed()
  }

  pick(x: number, y: number): MapObject | null {
    if (!this.gl || !this.frame || this.gl.isContextLost()) return null
    const { width, height, pixelRatio } = this.frame
    const found = this.picker.pick(
      this.gl,
      this.layers,
      this.frame,
      Math.floor(x * pixelRatio),
      height - 1 - Math.floor(y * pixelRatio),
    )
    // MapLibre remembers what it last set; after our own drawing outside its frame that is no longer true.
    this.map.painter.context.setDirty()
    if (!found || width === 0) return null
    const layer = this.keyOf.get(found.code)
    return layer === undefined ? null : { layer, number: found.number }
  }

  destroy(): void {
    this.map.off('webglcontextlost', this.onLost)
    for (const layer of this.customLayers) if (this.map.getLayer(layer.id)) this.map.removeLayer(layer.id)
    const { gl } = this
    if (!gl || gl.isContextLost()) return
    this.layers.forEach((layer) => layer.destroy(gl))
    this.picker.destroy(gl)
    this.still.destroy(gl)
    gl.deleteTexture(this.palette)
    this.gl = null
  }

  private customLayer(id: string, layers: readonly StateLayer[]): CustomLayerInterface {
    return {
      id,
      type: 'custom',
      renderingMode: '3d',
      onAdd: (_map, gl) => this.create(gl),
      render: (gl, input) => this.render(gl as WebGL2RenderingContext, input, layers),
    }
  }

  private create(gl: WebGL2RenderingContext): void {
    if (this.gl === gl) return
    this.layers.forEach((layer) => layer.create(gl))
    this.picker.create(gl)
    this.still.create(gl)
    this.keepsFrames = gl.getContextAttributes()?.antialias === false
    this.palette = gl.createTexture()
    gl.bindTexture(gl.TEXTURE_2D, this.palette)
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, 256, 1)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST)
    this.paletteIsNew = true
    this.gl = gl
  }

  private render(gl: WebGL2RenderingContext, input: CustomRenderMethodInput, layers: readonly StateLayer[]): void {
    this.create(gl) // again after the context was lost and restored: our arrays are still here
    if (!this.palette) return
    const pass = this.passOf(gl, input, this.palette)
    this.frame = pass
    this.uploadPalette(gl)
    // Kept frames hold all our layers at once: they are neighbours in the map's order, and the first stands for all.
    if (!this.keepsFrames) this.drawLayers(gl, pass, layers)
    else if (layers.includes(this.layers[0]!)) this.still.show(gl, pass, this.version, () => this.drawLayers(gl, pass, this.layers))
    if (pass.pulse > 0) this.map.triggerRepaint()
  }

  private drawLayers(gl: WebGL2RenderingContext, pass: Pass, layers: readonly StateLayer[]): void {
    gl.disable(gl.CULL_FACE)
    gl.enable(gl.BLEND)
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
    for (const layer of layers) {
      if (layer.needsDepth && pass.rise > 0) {
        gl.enable(gl.DEPTH_TEST)
        gl.depthMask(true)
        gl.depthFunc(gl.LEQUAL)
      } else gl.disable(gl.DEPTH_TEST)
      layer.draw(gl, pass)
    }
  }

  private changed(): void {
    this.version += 1
    this.map.triggerRepaint()
  }

  private passOf(gl: WebGL2RenderingContext, input: CustomRenderMethodInput, palette: WebGLTexture): Pass {
    const now = performance.now()
    const pulses = !this.reducedMotion && now < this.pulseUntil
    return {
      matrix: planeMatrix(input.defaultProjectionData.mainMatrix, this.plane),
      zoom: this.map.getZoom(),
      width: gl.drawingBufferWidth,
      height: gl.drawingBufferHeight,
      pixelRatio: gl.drawingBufferWidth / Math.max(1, this.map.getCanvas().clientWidth),
      palette,
      pulse: pulses ? 0.5 - 0.5 * Math.cos((2 * Math.PI * (this.pulseUntil - now)) / PULSE_PERIOD_MS) : 0,
      dim: this.dimmed ? 1 : 0,
      rise: riseAt(this.map.getZoom(), this.raised),
      isPick: false,
    }
  }

  private uploadPalette(gl: WebGL2RenderingContext): void {
    if (!this.paletteIsNew) return
    resetUnpacking(gl)
    gl.activeTexture(gl.TEXTURE1)
    gl.bindTexture(gl.TEXTURE_2D, this.palette)
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 256, 1, gl.RGBA, gl.UNSIGNED_BYTE, this.colours)
    gl.activeTexture(gl.TEXTURE0)
    this.paletteIsNew = false
  }

  private readonly onLost = (): void => {
    this.gl = null
    this.frame = null
  }
}

/** Order of drawing within and between custom layers: pipes, buildings, many small points first, few large ones last. */
function rank(layer: StateLayer): number {
  if (layer instanceof LineLayer) return 0
  if (layer instanceof BuildingLayer) return 1
  return ['valves', 'devices', 'weather', 'substations', 'boilers', 'branches', 'plants'].indexOf(layer.key) + 2
}

function layerFor(spec: LayerSpec, network: LoadedNetwork): StateLayer {
  const look = { code: spec.code, colour: rgbOf(spec.colour), minZoom: spec.min_zoom }
  if (spec.drawing === 'extrusion') return new BuildingLayer(spec.key, look, spec.size, network.buildings)
  if (spec.drawing === 'line') return new LineLayer(spec.key, look, spec.size, network.lines, MEDIA)
  const points = network.points[spec.key] ?? { data: new ArrayBuffer(0), cells: [], count: 0 }
  return new DiscLayer(spec.key, look, spec.size, points, spec.size_px, SHAPES[spec.key] ?? 0)
}
