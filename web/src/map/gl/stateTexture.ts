/** State and flags of one layer's objects as a two-byte texture; changed rows go up once a frame. */
import { STATE_WIDTH } from './shaders'

export class StateTexture {
  readonly pairs: Uint8Array
  private readonly rows: number
  private texture: WebGLTexture | null = null
  private dirtyFrom = 0
  private dirtyTo = 0

  constructor(readonly size: number) {
    this.rows = Math.max(1, Math.ceil(size / STATE_WIDTH))
    this.pairs = new Uint8Array(2 * STATE_WIDTH * this.rows)
    this.touchAll()
  }

  setAll(states: Uint8Array): void {
    for (let i = 0; i < Math.min(states.length, this.size); i++) this.pairs[2 * i] = states[i]!
    this.touchAll()
  }

  set(number: number, state: number): void {
    if (number >= this.size) return
    this.pairs[2 * number] = state
    this.touch(number)
  }

  setFlag(number: number, flag: number, on: boolean): void {
    if (number >= this.size) return
    const at = 2 * number + 1
    this.pairs[at] = on ? this.pairs[at]! | flag : this.pairs[at]! & ~flag
    this.touch(number)
  }

  setFlags(numbers: ArrayLike<number>, flag: number): void {
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i]!
      if (number < this.size) this.pairs[2 * number + 1] = this.pairs[2 * number + 1]! | flag
    }
    this.touchAll()
  }

  clearFlag(flag: number): void {
    for (let at = 1; at < this.pairs.length; at += 2) this.pairs[at] = this.pairs[at]! & ~flag
    this.touchAll()
  }

  create(gl: WebGL2RenderingContext): void {
    this.texture = gl.createTexture()
    gl.bindTexture(gl.TEXTURE_2D, this.texture)
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RG8, STATE_WIDTH, this.rows)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST)
    this.touchAll()
  }

  /** Bind to unit 0, uploading what changed since the last time in one call. */
  bind(gl: WebGL2RenderingContext): void {
    gl.activeTexture(gl.TEXTURE0)
    gl.bindTexture(gl.TEXTURE_2D, this.texture)
    const rows = this.dirtyTo - this.dirtyFrom
    if (rows <= 0) return
    resetUnpacking(gl)
    const changed = this.pairs.subarray(2 * STATE_WIDTH * this.dirtyFrom, 2 * STATE_WIDTH * this.dirtyTo)
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, this.dirtyFrom, STATE_WIDTH, rows, gl.RG, gl.UNSIGNED_BYTE, changed)
    this.dirtyFrom = this.dirtyTo = 0
  }

  destroy(gl: WebGL2RenderingContext): void {
    gl.deleteTexture(this.texture)
    this.texture = null
  }

  private touch(number: number): void {
    const row = Math.floor(number / STATE_WIDTH)
    if (this.dirtyTo === this.dirtyFrom) {
      this.dirtyFrom = row
      this.dirtyTo = row + 1
    } else {
      this.dirtyFrom = Math.min(this.dirtyFrom, row)
      this.dirtyTo = Math.max(this.dirtyTo, row + 1)
    }
  }

  private touchAll(): void {
    this.dirtyFrom = 0
    this.dirtyTo = this.rows
  }
}

/** MapLibre leaves its own unpacking in place; ours is plain. */
export function resetUnpacking(gl: WebGL2RenderingContext): void {
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1)
  gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false)
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false)
}
