import { describe, expect, it } from 'vitest'
import { qualityOf, tierOf } from './quality'
import { visibleTags } from './tagPlaces'

describe('quality', () => {
  it('knows software rendering by its name', () => {
    expect(tierOf('ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)')).toBe(0)
    expect(tierOf('llvmpipe (LLVM 15)')).toBe(0)
    expect(tierOf('NVIDIA GeForce RTX 3060')).toBe(2)
    expect(tierOf('')).toBe(1)
  })

  it('asks no shadows, smoothing or fine pixels of it', () => {
    expect(qualityOf('SwiftShader', 3)).toMatchObject({ pixelRatio: 1, isSmooth: false, hasShadows: false, hasEnvironment: false })
    expect(qualityOf('Apple M2', 3).pixelRatio).toBe(2)
  })
})

describe('tags', () => {
  const tag = (id: number, x: number, weight: number) => ({ id, x, y: 10, width: 50, height: 20, weight })

  it('hide behind weightier ones and beyond the edge', () => {
    expect([...visibleTags([tag(1, 10, 1), tag(2, 40, 5), tag(3, 120, 1), tag(4, 190, 9)], 200, 100)].sort()).toEqual([2, 3])
  })
})
