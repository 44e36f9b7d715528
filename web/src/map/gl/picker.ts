/** Which object is drawn at a pixel: the layers are redrawn as ids into a 9 × 9 window around it. */
import type { Pass, StateLayer } from './stateLayer'

export const WINDOW_PX = 9

export interface Pick {
  /** Layer code. */
  code: number
  number: number
}

/** Clip space zoomed to the window around a pixel (origin bottom left): culling then leaves one or two cells. */
export function pickMatrix(matrix: Float32Array, x: number, y: number, width: number, height: number): Float32Array {
  const sx = width / WINDOW_PX
  const sy = height / WINDOW_PX
  const tx = -((2 * (x + 0.5)) / width - 1) * sx
  const ty = -((2 * (y + 0.5)) / height - 1) * sy
  const zoomed = new Float32Array(matrix)
  for (let column = 0; column < 4; column++) {
    const w = matrix[4 * column + 3]!
    zoomed[4 * column] = matrix[4 * column]! * sx + w * tx
    zoomed[4 * column + 1] = matrix[4 * column + 1]! * sy + w * ty
  }
  return zoomed
}

/** The id nearest to the window's middle; null if it is empty. */
export function nearestPick(pixels: Uint8Array): Pick | null {
  const middle = (WINDOW_PX - 1) / 2
  let best: Pick | null = null
  let bestDistance = Infinity
  for (let i = 0; i < WINDOW_PX * WINDOW_PX; i++) {
    const code = pixels[4 * i + 3]!
    if (code === 0) continue
    const distance = Math.hypot((i % WINDOW_PX) - middle, Math.floor(i / WINDOW_PX) - middle)
    if (distance >= bestDistance) continue
    bestDistance = distance
    best = { code: code - 1, number: pixels[4 * i]! | (pixels[4 * i + 1]! << 8) | (pixels[4 * i + 2]! << 16) }
  }
  return best
}

export class Picker {
  private target: WebGLFramebuffer | null = null
  private colour: WebGLTexture | null = null
  private depth: WebGLRenderbuffer | null = null
  private readonly pixels = new Uint8Array(4 * WINDOW_PX * WINDOW_PX)

  create(gl: WebGL2RenderingContext): void {
    this.target = gl.createFramebuffer()
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target)
    this.colour = gl.createTexture()
    gl.bindTexture(gl.TEXTURE_2D, this.colour)
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, WINDOW_PX, WINDOW_PX)
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.colour, 0)
    this.depth = gl.createRenderbuffer()
    gl.bindRenderbuffer(gl.RENDERBUFFER, this.depth)
    gl.renderbufferStorage(gl.RENDERBUFFER, gl.DEPTH_COMPONENT24, WINDOW_PX, WINDOW_PX)
    gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.RENDERBUFFER, this.depth)
    gl.bindFramebuffer(gl.FRAMEBUFFER, null)
  }

  destroy(gl: WebGL2RenderingContext): void {
    gl.deleteFramebuffer(this.target)
    gl.deleteTexture(this.colour)
    gl.deleteRenderbuffer(this.depth)
  }

  /** `x`, `y` in drawing-buffer pixels, origin bottom left.  Leaves GL state changed: tell MapLibre. */
  pick(gl: WebGL2RenderingContext, layers: readonly StateLayer[], frame: Pass, x: number, y: number): Pick | null {
    const matrix = pickMatrix(frame.matrix, x, y, frame.width, frame.height)
    const pass: Pass = { ...frame, matrix, width: WINDOW_PX, height: WINDOW_PX, isPick: true }
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target)
    gl.viewport(0, 0, WINDOW_PX, WINDOW_PX)
    for (const test of [gl.SCISSOR_TEST, gl.STENCIL_TEST, gl.BLEND, gl.CULL_FACE]) gl.disable(test)
    gl.colorMask(true, true, true, true)
    gl.depthMask(true)
    gl.depthRange(0, 1)
    gl.depthFunc(gl.LEQUAL)
    gl.clearColor(0, 0, 0, 0)
    gl.clearDepth(1)
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT)
    for (const layer of layers) {
      if (layer.needsDepth && pass.rise > 0) gl.enable(gl.DEPTH_TEST)
      else gl.disable(gl.DEPTH_TEST)
      layer.draw(gl, pass)
    }
    gl.readPixels(0, 0, WINDOW_PX, WINDOW_PX, gl.RGBA, gl.UNSIGNED_BYTE, this.pixels)
    gl.bindFramebuffer(gl.FRAMEBUFFER, null)
    gl.viewport(0, 0, frame.width, frame.height)
    return nearestPick(this.pixels)
  }
}
