import { describe, expect, it } from 'vitest'
import { anchors, BUILDING_STRIDE, expandBuildings, expandLines, expandPoints, SEGMENT_STRIDE, triangulate } from './expand'
import { planeAt } from './plane'

const PLANE = planeAt(125.3, 43.85)
const LON = 125_300_000
const LAT = 43_850_000

function ring(...offsets: readonly (readonly [number, number])[]): { lon: number[]; lat: number[] } {
  return { lon: offsets.map(([x]) => LON + x), lat: offsets.map(([, y]) => LAT + y) }
}

const square = ring([0, 0], [600, 0], [600, 300], [0, 300])
const ell = ring([2000, 0], [2600, 0], [2600, 300], [2300, 300], [2300, 600], [2000, 600])

const buildings = {
  numbers: Int32Array.of(3, 9),
  vertices: Uint32Array.of(4, 6),
  lon: Int32Array.from([...square.lon, ...ell.lon]),
  lat: Int32Array.from([...square.lat, ...ell.lat]),
  heightDm: Uint32Array.of(180, 540),
}

describe('expandBuildings', () => {
  const mesh = expandBuildings(buildings, PLANE)

  it('has four vertices a wall and one a roof corner, two triangles a wall and n − 2 a roof', () => {
    expect(mesh.vertices.byteLength / BUILDING_STRIDE).toBe(5 * 10)
    expect(mesh.indices).toHaveLength(6 * 10 + 3 * (4 - 2) + 3 * (6 - 2))
    expect(mesh.cells.reduce((sum, cell) => sum + cell.count, 0)).toBe(mesh.indices.length)
    expect(mesh.cells.reduce((sum, cell) => sum + cell.roofCount, 0)).toBe(18)
  })

  it('keeps numbers and heights with the vertices', () => {
    const u32 = new Uint32Array(mesh.vertices)
    const u16 = new Uint16Array(mesh.vertices)
    const tops = new Map<number, number>()
    for (let v = 0; v < 50; v++) tops.set(u32[4 * v + 3]!, Math.max(tops.get(u32[4 * v + 3]!) ?? 0, u16[8 * v + 4]!))
    expect(tops).toEqual(new Map([[3, 180], [9, 540]]))
  })

  it('lets walls face outwards', () => {
    const f32 = new Float32Array(mesh.vertices)
    const i8 = new Int8Array(mesh.vertices)
    // The first wall runs along the south side: with y pointing south its outside is +y.
    expect(i8[10]).toBe(0)
    expect(i8[11]).toBe(127)
    expect(f32[1]).toBeCloseTo(0, 3)
  })
})

describe('triangulate', () => {
  it('covers a concave quadrilateral without leaving it', () => {
    const dart = Float32Array.of(0, 0, 4, 0, 1, 1, 0, 4)
    const area = (a: number, b: number, c: number): number =>
      Math.abs((dart[2 * b]! - dart[2 * a]!) * (dart[2 * c + 1]! - dart[2 * a + 1]!) - (dart[2 * c]! - dart[2 * a]!) * (dart[2 * b + 1]! - dart[2 * a + 1]!)) / 2
    const t = triangulate(dart)
    expect(area(t[0]!, t[1]!, t[2]!) + area(t[3]!, t[4]!, t[5]!)).toBeCloseTo(4, 6)
  })

  it('makes nothing of less than a triangle', () => {
    expect(triangulate(Float32Array.of(0, 0, 1, 1))).toEqual([])
  })
})

describe('expandLines', () => {
  const pipes = {
    numbers: Int32Array.of(5, 6),
    vertices: Uint32Array.of(3, 2),
    lon: Int32Array.of(LON, LON + 100, LON + 200, LON, LON + 50),
    lat: Int32Array.of(LAT, LAT, LAT, LAT + 900, LAT + 900),
    medium: Uint32Array.of(2, 0),
    diameterClass: Uint32Array.of(1, 7),
  }

  it('makes a segment of each pair of neighbours and none between two pipes', () => {
    const lines = expandLines(pipes, PLANE, 12.5)
    expect(lines.count).toBe(3)
    expect(lines.data.byteLength).toBe(3 * SEGMENT_STRIDE)
    const packed = new Uint32Array(lines.data)
    const owners = [0, 1, 2].map((i) => packed[5 * i + 4]!)
    expect(owners.map((word) => word & 0xffffff)).toEqual([6, 5, 5])
    expect(owners.map((word) => (word >>> 24) & 3)).toEqual([0, 2, 2])
    expect(owners.map((word) => word >>> 26)).toEqual([7, 1, 1])
  })

  it('holds secondary pipes back until their zoom', () => {
    const { cells } = expandLines(pipes, PLANE, 12.5)
    expect(cells.map(({ minZoom, count }) => [minZoom, count])).toEqual([[0, 1], [12.5, 2]])
  })
})

describe('points and anchors', () => {
  const points = { numbers: Int32Array.of(2, 4), lon: Int32Array.of(LON, LON + 10), lat: Int32Array.of(LAT, LAT + 10) }

  it('keeps one instance a point', () => {
    const run = expandPoints(points, PLANE)
    expect(run.count).toBe(2)
    const words = new Uint32Array(run.data)
    expect([words[2], words[5]].sort()).toEqual([2, 4])
  })

  it('finds places by number, the middle of a shape for shapes, and nowhere for nobody', () => {
    const places = anchors(points, 5)
    expect(places[4]).toBeCloseTo(125.3, 9)
    expect(places[6]).toBeNaN()
    expect(anchors(buildings, 10, buildings.vertices)[6]).toBeCloseTo(125.3003, 9)
  })
})
