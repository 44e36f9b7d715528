/** How much a machine can draw: software rendering gets no shadows, no smoothing, fewer frames. */

export interface Quality {
  tier: 0 | 1 | 2
  pixelRatio: number
  isSmooth: boolean
  hasShadows: boolean
  hasEnvironment: boolean
  /** Shortest pause between two frames of an animation. */
  frameMs: number
}

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i
const MODEST = /mali-4|adreno \(tm\) [345]|powervr|intel.*hd graphics/i

export function tierOf(renderer: string): 0 | 1 | 2 {
  if (SOFTWARE.test(renderer)) return 0
  return renderer === '' || MODEST.test(renderer) ? 1 : 2
}

export function qualityOf(renderer: string, devicePixelRatio: number): Quality {
  const tier = tierOf(renderer)
  return {
    tier,
    pixelRatio: tier === 0 ? 1 : Math.min(devicePixelRatio, tier === 1 ? 1.5 : 2),
    isSmooth: tier > 0,
    hasShadows: tier === 2,
    hasEnvironment: tier === 2,
    frameMs: tier === 0 ? 700 : 33,
  }
}

/** The name of the graphics hardware; null without WebGL2. */
export function rendererName(): string | null {
  const gl = document.createElement('canvas').getContext('webgl2')
  if (!gl) return null
  const info = gl.getExtension('WEBGL_debug_renderer_info')
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER))
  gl.getExtension('WEBGL_lose_context')?.loseContext()
  return name
}
