/** How shapes become buffers for the graphics card: walls and roofs, line segments, points; each sorted by cell. */
import earcut from 'earcut'
import { emptyBox, groupByCell, widen, type Cell } from './cells'
import type { Points, Shapes } from './network'
import { project, type Plane } from './plane'

/** Bytes per building vertex: x f32, y f32, height u16 dm, normal 2 × i8, object u32. */
export const BUILDING_STRIDE = 16
/** Bytes per segment: two ends 4 × f32, object u24 with medium and diameter class in the top byte. */
export const SEGMENT_STRIDE = 20
/** Bytes per point: x f32, y f32, object u32. */
export const POINT_STRIDE = 12

export const SECONDARY = 2

export interface BuildingMesh {
  vertices: ArrayBuffer
  indices: Uint32Array<ArrayBuffer>
  cells: Cell[]
}

export interface Instances {
  data: ArrayBuffer
  cells: Cell[]
  count: number
}

/** First vertex of each shape, and one past the last. */
export function starts(vertices: Uint32Array): Uint32Array {
  const at = new Uint32Array(vertices.length + 1)
  for (let i = 0; i < vertices.length; i++) at[i + 1] = at[i]! + vertices[i]!
  return at
}

/** Triangles of an open ring as indices into it; nothing for fewer than three vertices. */
export function triangulate(ring: Float32Array): number[] {
  const n = ring.length / 2
  if (n < 3) return []
  if (n === 3) return [0, 1, 2]
  return n === 4 && isConvexQuad(ring) ? [0, 1, 2, 0, 2, 3] : earcut(ring as unknown as number[])
}

function isConvexQuad(ring: Float32Array): boolean {
  let sign = 0
  for (let i = 0; i < 4; i++) {
    const a = 2 * i
    const b = 2 * ((i + 1) % 4)
    const c = 2 * ((i + 2) % 4)
    const turn =
      (ring[b]! - ring[a]!) * (ring[c + 1]! - ring[b + 1]!) - (ring[b + 1]! - ring[a + 1]!) * (ring[c]! - ring[b]!)
    if (turn * sign < 0) return false
    if (turn !== 0) sign = turn
  }
  return true
}

export function expandBuildings(shapes: Shapes & { heightDm: Uint32Array }, plane: Plane): BuildingMesh {
  const xy = project(plane, shapes.lon, shapes.lat)
  const at = starts(shapes.vertices)
  const rings = (i: number): Float32Array => xy.subarray(2 * at[i]!, 2 * at[i + 1]!)
  const roofs = Array.from(shapes.numbers, (_, i) => triangulate(rings(i)))
  const corners = xy.length / 2
  const nIndices = 6 * corners + roofs.reduce((sum, roof) => sum + roof.length, 0)
  const mesh = new MeshWriter(5 * corners, nIndices)
  const cells: Cell[] = []
  for (const members of groupByCell(shapes.numbers.length, (i) => rings(i)[0]!, (i) => rings(i)[1]!)) {
    const cell: Cell = { ...emptyBox(), first: mesh.nIndices, count: 0, roofFirst: 0, roofCount: 0, minZoom: 0 }
    for (const i of members) {
      mesh.walls(rings(i), shapes.heightDm[i]!, shapes.numbers[i]!)
      cell.maxZ = Math.max(cell.maxZ, shapes.heightDm[i]! / 10)
      const ring = rings(i)
      for (let k = 0; k < ring.length; k += 2) widen(cell, ring[k]!, ring[k + 1]!)
    }
    cell.roofFirst = mesh.nIndices
    for (const i of members) mesh.roof(rings(i), roofs[i]!, shapes.heightDm[i]!, shapes.numbers[i]!)
    cell.roofCount = mesh.nIndices - cell.roofFirst
    cell.count = mesh.nIndices - cell.first
    cells.push(cell)
  }
  return { vertices: mesh.vertices, indices: mesh.indices, cells }
}

class MeshWriter {
  readonly vertices: ArrayBuffer
  readonly indices: Uint32Array<ArrayBuffer>
  nIndices = 0
  private nVertices = 0
  private readonly f32: Float32Array
  private readonly u16: Uint16Array
  private readonly i8: Int8Array
  private readonly u32: Uint32Array

  constructor(nVertices: number, nIndices: number) {
    this.vertices = new ArrayBuffer(nVertices * BUILDING_STRIDE)
    this.indices = new Uint32Array(nIndices)
    this.f32 = new Float32Array(this.vertices)
    this.u16 = new Uint16Array(this.vertices)
    this.i8 = new Int8Array(this.vertices)
    this.u32 = new Uint32Array(this.vertices)
  }

  walls(ring: Float32Array, heightDm: number, number: number): void {
    const n = ring.length / 2
    for (let k = 0; k < n; k++) {
      const next = (k + 1) % n
      const x1 = ring[2 * k]!
      const y1 = ring[2 * k + 1]!
      const x2 = ring[2 * next]!
      const y2 = ring[2 * next + 1]!
      const length = Math.hypot(x2 - x1, y2 - y1) || 1
      // The ring runs counter-clockwise on the globe; with y pointing south the outside is on the other hand.
      const nx = (y1 - y2) / length
      const ny = (x2 - x1) / length
      const base = this.nVertices
      this.vertex(x1, y1, 0, nx, ny, number)
      this.vertex(x2, y2, 0, nx, ny, number)
      this.vertex(x2, y2, heightDm, nx, ny, number)
      this.vertex(x1, y1, heightDm, nx, ny, number)
      this.triangles(base, [0, 1, 2, 0, 2, 3])
    }
  }

  roof(ring: Float32Array, triangles: readonly number[], heightDm: number, number: number): void {
    const base = this.nVertices
    for (let k = 0; k < ring.length; k += 2) this.vertex(ring[k]!, ring[k + 1]!, heightDm, 0, 0, number)
    this.triangles(base, triangles)
  }

  private vertex(x: number, y: number, heightDm: number, nx: number, ny: number, number: number): void {
    const v = this.nVertices++
    this.f32[4 * v] = x
    this.f32[4 * v + 1] = y
    this.u16[8 * v + 4] = heightDm
    this.i8[16 * v + 10] = nx * 127
    this.i8[16 * v + 11] = ny * 127
    this.u32[4 * v + 3] = number
  }

  private triangles(base: number, corners: readonly number[]): void {
    for (const corner of corners) this.indices[this.nIndices++] = base + corner
  }
}

/** Segments of lines; those of secondary pipes come last and appear from `secondaryMinZoom`. */
export function expandLines(
  shapes: Shapes & { medium: Uint32Array; diameterClass: Uint32Array },
  plane: Plane,
  secondaryMinZoom: number,
): Instances {
  const xy = project(plane, shapes.lon, shapes.lat)
  const at = starts(shapes.vertices)
  const main: number[] = []
  const secondary: number[] = []
  const owner = new Uint32Array(xy.length / 2)
  for (let i = 0; i < shapes.numbers.length; i++) {
    const into = shapes.medium[i] === SECONDARY ? secondary : main
    for (let k = at[i]!; k + 1 < at[i + 1]!; k++) {
      owner[k] = (shapes.numbers[i]! & 0xffffff) | (((shapes.diameterClass[i]! << 2) | shapes.medium[i]!) << 24)
      into.push(k)
    }
  }
  const count = main.length + secondary.length
  const data = new ArrayBuffer(count * SEGMENT_STRIDE)
  const f32 = new Float32Array(data)
  const u32 = new Uint32Array(data)
  const cells: Cell[] = []
  let written = 0
  for (const [segments, minZoom] of [
    [main, 0],
    [secondary, secondaryMinZoom],
  ] as const) {
    const middle = (i: number, axis: number): number => (xy[2 * segments[i]! + axis]! + xy[2 * segments[i]! + 2 + axis]!) / 2
    for (const members of groupByCell(segments.length, (i) => middle(i, 0), (i) => middle(i, 1))) {
      const cell: Cell = { ...emptyBox(), first: written, count: members.length, roofFirst: 0, roofCount: 0, minZoom }
      for (const member of members) {
        const k = segments[member]!
        for (let e = 0; e < 4; e++) f32[5 * written + e] = xy[2 * k + e]!
        widen(cell, xy[2 * k]!, xy[2 * k + 1]!)
        widen(cell, xy[2 * k + 2]!, xy[2 * k + 3]!)
        u32[5 * written + 4] = owner[k]!
        written++
      }
      cells.push(cell)
    }
  }
  return { data, cells, count }
}

export function expandPoints(points: Points, plane: Plane): Instances {
  const xy = project(plane, points.lon, points.lat)
  const count = points.numbers.length
  const data = new ArrayBuffer(count * POINT_STRIDE)
  const f32 = new Float32Array(data)
  const u32 = new Uint32Array(data)
  const cells: Cell[] = []
  let written = 0
  for (const members of groupByCell(count, (i) => xy[2 * i]!, (i) => xy[2 * i + 1]!)) {
    const cell: Cell = { ...emptyBox(), first: written, count: members.length, roofFirst: 0, roofCount: 0, minZoom: 0 }
    for (const i of members) {
      f32[3 * written] = xy[2 * i]!
      f32[3 * written + 1] = xy[2 * i + 1]!
      u32[3 * written + 2] = points.numbers[i]!
      widen(cell, xy[2 * i]!, xy[2 * i + 1]!)
      written++
    }
    cells.push(cell)
  }
  return { data, cells, count }
}

/** Longitude and latitude of every object by number (NaN where there is none): where labels, flights and cards point. */
export function anchors(shapes: Points, size: number, vertices?: Uint32Array): Float64Array {
  const places = new Float64Array(2 * size).fill(Number.NaN)
  const at = vertices ? starts(vertices) : null
  for (let i = 0; i < shapes.numbers.length; i++) {
    const first = at ? at[i]! : i
    const last = at ? at[i + 1]! : i + 1
    let lon = 0
    let lat = 0
    for (let k = first; k < last; k++) {
      lon += shapes.lon[k]!
      lat += shapes.lat[k]!
    }
    const slot = 2 * shapes.numbers[i]!
    places[slot] = lon / (last - first) / 1e6
    places[slot + 1] = lat / (last - first) / 1e6
  }
  return places
}
