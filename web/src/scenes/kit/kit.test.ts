import { describe, expect, it } from 'vitest'
import type { Piece, Vec3 } from '../declaration'
import { addPiece, KNOWN_KINDS } from './index'
import { Mesh, rounded } from './mesh'
import { PAINT } from './paints'

function volume(mesh: Mesh): number {
  let total = 0
  const at = (i: number): Vec3 => [mesh.positions[i * 3]!, mesh.positions[i * 3 + 1]!, mesh.positions[i * 3 + 2]!]
  for (let t = 0; t < mesh.corners; t += 3) {
    const [a, b, c] = [at(mesh.indices[t]!), at(mesh.indices[t + 1]!), at(mesh.indices[t + 2]!)]
    total += (a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0])) / 6
  }
  return total
}

function piece(kind: string): Piece {
  return { id: 1, kind, label: kind, at: [0, 0, 0], turn: 0, isUpright: false, size: { x: 1, y: 1.2, z: 0.8 }, radius: 0.08, item: {} as Piece['item'] }
}

describe('solids', () => {
  it('face outwards: their signed volume is their volume', () => {
    const of = (build: (mesh: Mesh) => void): number => {
      const mesh = new Mesh()
      build(mesh)
      return volume(mesh)
    }
    expect(of((m) => m.box([1, 2, 3], [0.3, 0, 0], PAINT.steel))).toBeCloseTo(6, 4)
    for (const axis of ['x', 'y', 'z'] as const) {
      expect(of((m) => m.cylinder(1, 2, [0, 0, 0], PAINT.steel, axis, 64))).toBeCloseTo(2 * Math.PI, 1)
      expect(of((m) => m.ring(1, 0.2, [0, 0, 0], PAINT.steel, axis, 64))).toBeGreaterThan(0.5)
    }
    expect(of((m) => m.ball(1, [0, 0, 0], PAINT.steel))).toBeGreaterThan(3.7)
    expect(of((m) => m.tube([[0, 0, 0], [0, 0, 2], [2, 0, 2]], 0.1, PAINT.steel))).toBeGreaterThan(0.08)
  })

  it('turn with their frame and keep their handedness', () => {
    for (const turn of [0, 1, 2, 3]) {
      const mesh = new Mesh()
      mesh.within({ at: [5, 0, 0], turn, isUpright: turn === 3 }, 7, () => mesh.box([1, 2, 3], [0, 0, 0], PAINT.steel))
      expect(volume(mesh)).toBeCloseTo(6, 4)
      expect(mesh.rows[0]).toBe(7)
    }
  })
})

describe('equipment', () => {
  it.each([...KNOWN_KINDS])('%s is built of finite triangles', (kind) => {
    const mesh = new Mesh()
    addPiece(mesh, piece(kind), 3)
    expect(mesh.triangles).toBeGreaterThan(8)
    expect(mesh.triangles).toBeLessThan(6000)
    expect(mesh.positions.subarray(0, mesh.vertices * 3).every(Number.isFinite)).toBe(true)
    expect(mesh.normals.subarray(0, mesh.vertices * 3).every(Number.isFinite)).toBe(true)
  })
})

it('rounds corners and keeps the ends', () => {
  const path = rounded([[0, 0, 0], [2, 0, 0], [2, 0, 2]], 0.3)
  expect(path[0]).toEqual([0, 0, 0])
  expect(path.at(-1)).toEqual([2, 0, 2])
  expect(path.length).toBeGreaterThan(6)
})
