/** One layer of objects drawn by its state texture: how its buffers are bound and its runs drawn. */
import { BUILDING_STRIDE, POINT_STRIDE, SEGMENT_STRIDE, type BuildingMesh, type Instances } from '../network/expand'
import { visibleRuns, type Cell, type Run } from '../network/cells'
import { compile, type Program } from './program'
import {
  BUILDING_FRAGMENT,
  BUILDING_VERTEX,
  DISC_FRAGMENT,
  DISC_VERTEX,
  LINE_FRAGMENT,
  LINE_VERTEX,
  SPRITE_RADIUS_PX,
} from './shaders'
import { StateTexture } from './stateTexture'
import type { Rgb } from '../state/palette'

/** What a frame (or a pick) gives every layer. */
export interface Pass {
  matrix: Float32Array
  zoom: number
  /** Target size in pixels. */
  width: number
  height: number
  pixelRatio: number
  palette: WebGLTexture
  pulse: number
  /** 1 while a trace is shown. */
  dim: number
  /** 0 flat … 1 full height of buildings. */
  rise: number
  isPick: boolean
}

export interface Appearance {
  code: number
  colour: Rgb
  minZoom: number
}

/** Resources and drawing common to the three sorts of layer. */
export abstract class StateLayer {
  visible = true
  readonly states: StateTexture
  protected program: Program | null = null
  protected vao: WebGLVertexArrayObject | null = null
  private buffers: WebGLBuffer[] = []

  constructor(
    readonly key: string,
    readonly look: Appearance,
    size: number,
  ) {
    this.states = new StateTexture(size)
  }

  abstract readonly needsDepth: boolean
  /** How strongly a normal state tints: points show it, buildings hint at it, pipes keep the colour of their medium. */
  protected abstract readonly tint: number
  protected abstract readonly sources: readonly [vertex: string, fragment: string]
  protected abstract upload(gl: WebGL2RenderingContext): void
  protected abstract drawRuns(gl: WebGL2RenderingContext, pass: Pass, program: Program): void

  create(gl: WebGL2RenderingContext): void {
    this.program = compile(gl, ...this.sources)
    this.vao = gl.createVertexArray()
    gl.bindVertexArray(this.vao)
    this.upload(gl)
    gl.bindVertexArray(null)
    this.states.create(gl)
  }

  destroy(gl: WebGL2RenderingContext): void {
    this.buffers.forEach((buffer) => gl.deleteBuffer(buffer))
    this.buffers = []
    gl.deleteVertexArray(this.vao)
    if (this.program) gl.deleteProgram(this.program.program)
    this.states.destroy(gl)
  }

  draw(gl: WebGL2RenderingContext, pass: Pass): void {
    if (!this.visible || !this.program || !this.vao) return
    const { program, uniform } = this.program
    gl.useProgram(program)
    this.states.bind(gl)
    gl.activeTexture(gl.TEXTURE1)
    gl.bindTexture(gl.TEXTURE_2D, pass.palette)
    gl.uniform1i(uniform('u_state'), 0)
    gl.uniform1i(uniform('u_palette'), 1)
    gl.uniformMatrix4fv(uniform('u_matrix'), false, pass.matrix)
    gl.uniform2f(uniform('u_half'), pass.width / 2, pass.height / 2)
    gl.uniform3f(uniform('u_own'), ...scaled(this.look.colour))
    gl.uniform1f(uniform('u_pulse'), pass.pulse)
    gl.uniform1f(uniform('u_dim'), pass.dim)
    gl.uniform1f(uniform('u_tint'), this.tint)
    gl.uniform1i(uniform('u_pick'), pass.isPick ? this.look.code + 1 : 0)
    gl.bindVertexArray(this.vao)
    this.drawRuns(gl, pass, this.program)
    gl.bindVertexArray(null)
    gl.activeTexture(gl.TEXTURE0)
  }

  protected buffer(gl: WebGL2RenderingContext, target: GLenum, data: AllowSharedBufferSource): WebGLBuffer {
    const buffer = gl.createBuffer()
    gl.bindBuffer(target, buffer)
    gl.bufferData(target, data, gl.STATIC_DRAW)
    this.buffers.push(buffer)
    return buffer
  }
}

const scaled = ([r, g, b]: Rgb): [number, number, number] => [r / 255, g / 255, b / 255]

/** Extruded footprints; without height only the roofs are drawn, flat on the ground. */
export class BuildingLayer extends StateLayer {
  readonly needsDepth = true
  protected readonly tint = 0.8
  protected readonly sources = [BUILDING_VERTEX, BUILDING_FRAGMENT] as const

  constructor(key: string, look: Appearance, size: number, private readonly mesh: BuildingMesh) {
    super(key, look, size)
  }

  protected upload(gl: WebGL2RenderingContext): void {
    this.buffer(gl, gl.ARRAY_BUFFER, this.mesh.vertices)
    for (const location of [0, 1, 2, 3]) gl.enableVertexAttribArray(location)
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, BUILDING_STRIDE, 0)
    gl.vertexAttribPointer(1, 1, gl.UNSIGNED_SHORT, false, BUILDING_STRIDE, 8)
    gl.vertexAttribPointer(2, 2, gl.BYTE, true, BUILDING_STRIDE, 10)
    gl.vertexAttribIPointer(3, 1, gl.UNSIGNED_INT, BUILDING_STRIDE, 12)
    this.buffer(gl, gl.ELEMENT_ARRAY_BUFFER, this.mesh.indices)
  }

  protected drawRuns(gl: WebGL2RenderingContext, pass: Pass, { uniform }: Program): void {
    gl.uniform1f(uniform('u_rise'), pass.rise)
    gl.uniform3f(uniform('u_sun'), -0.6, 0.8, 0)
    gl.uniform1f(uniform('u_detail'), Math.min(1, Math.max(0, (pass.zoom - 14) / 1.2)))
    for (const run of visibleRuns(this.mesh.cells, pass.matrix, pass.zoom, pass.rise <= 0)) {
      gl.drawElements(gl.TRIANGLES, run.count, gl.UNSIGNED_INT, run.first * 4)
    }
  }
}

/** Layers of which each object is an instance of one small quad. */
abstract class InstancedLayer extends StateLayer {
  readonly needsDepth = false
  protected instances: WebGLBuffer | null = null

  constructor(key: string, look: Appearance, size: number, private readonly source: Instances) {
    super(key, look, size)
  }

  protected abstract readonly corners: readonly number[]
  /** Point locations 1 and 2 at the instance that starts at `offset` bytes. */
  protected abstract point(gl: WebGL2RenderingContext, offset: number): void
  protected abstract readonly stride: number

  protected override upload(gl: WebGL2RenderingContext): void {
    this.buffer(gl, gl.ARRAY_BUFFER, new Float32Array(this.corners))
    gl.enableVertexAttribArray(0)
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 8, 0)
    this.instances = this.buffer(gl, gl.ARRAY_BUFFER, this.source.data)
    for (const location of [1, 2]) {
      gl.enableVertexAttribArray(location)
      gl.vertexAttribDivisor(location, 1)
    }
  }

  protected runs(pass: Pass): Run[] {
    const cells: readonly Cell[] = this.source.cells
    return visibleRuns(cells, pass.matrix, pass.zoom)
  }

  protected drawInstances(gl: WebGL2RenderingContext, pass: Pass): void {
    gl.bindBuffer(gl.ARRAY_BUFFER, this.instances)
    for (const run of this.runs(pass)) {
      this.point(gl, run.first * this.stride)
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, run.count)
    }
  }
}

/** Pixels by which a pipe of the primary network is wide at a zoom. */
export function lineWidthPx(zoom: number): number {
  return Math.min(9, Math.max(0.7, 1.15 * 2 ** ((zoom - 12) * 0.55)))
}

export class LineLayer extends InstancedLayer {
  protected readonly tint = 0.25
  protected readonly sources = [LINE_VERTEX, LINE_FRAGMENT] as const
  protected readonly corners = [0, -1, 0, 1, 1, -1, 1, 1]
  protected readonly stride = SEGMENT_STRIDE

  constructor(key: string, look: Appearance, size: number, source: Instances, private readonly media: readonly Rgb[]) {
    super(key, look, size, source)
  }

  protected point(gl: WebGL2RenderingContext, offset: number): void {
    gl.vertexAttribPointer(1, 4, gl.FLOAT, false, SEGMENT_STRIDE, offset)
    gl.vertexAttribIPointer(2, 1, gl.UNSIGNED_INT, SEGMENT_STRIDE, offset + 16)
  }

  protected drawRuns(gl: WebGL2RenderingContext, pass: Pass, { uniform }: Program): void {
    gl.uniform1f(uniform('u_size'), lineWidthPx(pass.zoom) * pass.pixelRatio)
    gl.uniform3fv(uniform('u_media'), this.media.flatMap(scaled))
    this.drawInstances(gl, pass)
  }
}

/** Radius of a point drawn `sizePx` large at the scale of a district. */
export function discRadiusPx(sizePx: number, zoom: number): number {
  return sizePx * Math.min(1.5, Math.max(0.2, (zoom - 7.8) / 6))
}

export class DiscLayer extends InstancedLayer {
  protected readonly tint = 2.2
  protected readonly sources = [DISC_VERTEX, DISC_FRAGMENT] as const
  protected readonly corners = [-1, -1, 1, -1, -1, 1, 1, 1]
  protected readonly stride = POINT_STRIDE
  private sprites: WebGLVertexArrayObject | null = null

  constructor(
    key: string,
    look: Appearance,
    size: number,
    source: Instances,
    private readonly sizePx: number,
    private readonly shape: number,
  ) {
    super(key, look, size, source)
  }

  protected point(gl: WebGL2RenderingContext, offset: number): void {
    gl.vertexAttribPointer(1, 2, gl.FLOAT, false, POINT_STRIDE, offset)
    gl.vertexAttribIPointer(2, 1, gl.UNSIGNED_INT, POINT_STRIDE, offset + 8)
  }

  protected override runs(pass: Pass): Run[] {
    return pass.zoom < this.look.minZoom ? [] : super.runs(pass)
  }

  /** The same points with a vertex each, for sprites. */
  protected override upload(gl: WebGL2RenderingContext): void {
    super.upload(gl)
    this.sprites = gl.createVertexArray()
    gl.bindVertexArray(this.sprites)
    gl.bindBuffer(gl.ARRAY_BUFFER, this.instances)
    for (const location of [1, 2]) gl.enableVertexAttribArray(location)
    this.point(gl, 0)
  }

  override destroy(gl: WebGL2RenderingContext): void {
    gl.deleteVertexArray(this.sprites)
    super.destroy(gl)
  }

  /** A sprite vanishes with its middle: too early for large points at the edge, and for the small window of a pick. */
  protected drawRuns(gl: WebGL2RenderingContext, pass: Pass, { uniform }: Program): void {
    const radius = discRadiusPx(this.sizePx, pass.zoom) * pass.pixelRatio
    const asSprites = radius < SPRITE_RADIUS_PX && !pass.isPick
    gl.uniform1f(uniform('u_size'), radius)
    gl.uniform1i(uniform('u_shape'), this.shape)
    gl.uniform1i(uniform('u_sprite'), asSprites ? 1 : 0)
    if (!asSprites) return this.drawInstances(gl, pass)
    gl.bindVertexArray(this.sprites)
    gl.vertexAttrib2f(0, 0, 0)
    for (const run of this.runs(pass)) gl.drawArrays(gl.POINTS, run.first, run.count)
  }
}
