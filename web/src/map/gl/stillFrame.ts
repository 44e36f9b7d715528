/** What our layers drew last, kept so that a frame in which nothing of ours has changed costs one full-screen copy.
 *
 * MapLibre draws the whole map again for each tile and label that arrives.  Without a graphics card the city would then
 * be rasterised each time; with one, drawing it again is cheaper than losing the edges' smoothing.
 */
import { compile, type Program } from './program'
import type { Pass } from './stateLayer'

const VERTEX = `#version 300 es
void main() {
  gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0);
}`

const FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D u_frame;
out vec4 o_colour;
void main() {
  o_colour = texelFetch(u_frame, ivec2(gl_FragCoord.xy), 0);
}`

/** Would both passes draw the same picture, if no state has changed? */
export function isSameView(a: Pass, b: Pass): boolean {
  return (
    a.width === b.width &&
    a.height === b.height &&
    a.zoom === b.zoom &&
    a.rise === b.rise &&
    a.dim === b.dim &&
    a.pulse === b.pulse &&
    a.matrix.every((value, i) => value === b.matrix[i])
  )
}

export class StillFrame {
  private program: Program | null = null
  private target: WebGLFramebuffer | null = null
  private colour: WebGLTexture | null = null
  private depth: WebGLRenderbuffer | null = null
  private nothing: WebGLVertexArrayObject | null = null
  private kept: { pass: Pass; version: number } | null = null

  create(gl: WebGL2RenderingContext): void {
    this.program = compile(gl, VERTEX, FRAGMENT)
    this.nothing = gl.createVertexArray()
    this.target = gl.createFramebuffer()
    this.colour = this.depth = this.kept = null
  }

  destroy(gl: WebGL2RenderingContext): void {
    if (this.program) gl.deleteProgram(this.program.program)
    gl.deleteVertexArray(this.nothing)
    gl.deleteFramebuffer(this.target)
    gl.deleteTexture(this.colour)
    gl.deleteRenderbuffer(this.depth)
  }

  /** Lay the picture over the frame; `draw` makes it anew where the view or the states' `version` differ. */
  show(gl: WebGL2RenderingContext, pass: Pass, version: number, draw: () => void): void {
    const frame = gl.getParameter(gl.FRAMEBUFFER_BINDING) as WebGLFramebuffer | null
    const viewport = gl.getParameter(gl.VIEWPORT) as Int32Array
    if (this.kept?.version !== version || !isSameView(this.kept.pass, pass)) {
      this.begin(gl, pass)
      draw()
      gl.bindFramebuffer(gl.FRAMEBUFFER, frame)
      gl.viewport(viewport[0]!, viewport[1]!, viewport[2]!, viewport[3]!)
      this.kept = { pass, version }
    }
    this.copy(gl)
  }

  private begin(gl: WebGL2RenderingContext, { width, height }: Pass): void {
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target)
    if (this.kept?.pass.width !== width || this.kept.pass.height !== height) this.resize(gl, width, height)
    gl.viewport(0, 0, width, height)
    gl.disable(gl.SCISSOR_TEST)
    gl.disable(gl.STENCIL_TEST)
    gl.colorMask(true, true, true, true)
    gl.depthMask(true)
    gl.depthRange(0, 1)
    gl.clearColor(0, 0, 0, 0)
    gl.clearDepth(1)
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT)
  }

  private resize(gl: WebGL2RenderingContext, width: number, height: number): void {
    gl.deleteTexture(this.colour)
    gl.deleteRenderbuffer(this.depth)
    this.colour = gl.createTexture()
    gl.activeTexture(gl.TEXTURE0)
    gl.bindTexture(gl.TEXTURE_2D, this.colour)
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, width, height)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST)
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.colour, 0)
    this.depth = gl.createRenderbuffer()
    gl.bindRenderbuffer(gl.RENDERBUFFER, this.depth)
    gl.renderbufferStorage(gl.RENDERBUFFER, gl.DEPTH_COMPONENT24, width, height)
    gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.RENDERBUFFER, this.depth)
  }

  private copy(gl: WebGL2RenderingContext): void {
    if (!this.program) return
    gl.useProgram(this.program.program)
    gl.activeTexture(gl.TEXTURE0)
    gl.bindTexture(gl.TEXTURE_2D, this.colour)
    gl.uniform1i(this.program.uniform('u_frame'), 0)
    gl.disable(gl.DEPTH_TEST)
    gl.enable(gl.BLEND)
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
    gl.bindVertexArray(this.nothing)
    gl.drawArrays(gl.TRIANGLES, 0, 3)
    gl.bindVertexArray(null)
  }
}
