import { describe, expect, it } from 'vitest'
import type { Pass } from './stateLayer'
import { isSameView } from './stillFrame'

const pass: Pass = {
  matrix: Float32Array.from({ length: 16 }, (_, i) => i),
  zoom: 11,
  width: 1280,
  height: 720,
  pixelRatio: 1,
  palette: {},
  pulse: 0,
  dim: 0,
  rise: 0,
  isPick: false,
}

describe('a kept frame', () => {
  it('serves again while camera and size stay', () => {
    expect(isSameView(pass, { ...pass, matrix: pass.matrix.slice() })).toBe(true)
  })

  it.each([{ zoom: 11.01 }, { width: 1281 }, { height: 719 }, { rise: 0.5 }, { dim: 1 }, { pulse: 0.3 }])('is drawn anew after %o', (change) => {
    expect(isSameView(pass, { ...pass, ...change })).toBe(false)
  })

  it('is drawn anew when the camera moves', () => {
    expect(isSameView(pass, { ...pass, matrix: pass.matrix.map((value, i) => (i === 12 ? value + 1 : value)) })).toBe(false)
  })
})
