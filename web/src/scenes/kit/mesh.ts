/** Triangles under construction: simple solids turned, moved and painted, appended to one growing buffer. */
import type { Vec3 } from '../declaration'

export type Axis = 'x' | 'y' | 'z'

/** Colour and how it takes light: `gloss` 0 dull … 1 bare metal. */
export interface Paint {
  colour: string
  gloss: number
}

/** Where a piece stands while its parts are added. */
export interface Frame {
  at: Vec3
  turn: number
  isUpright: boolean
}

const HOME: Frame = { at: [0, 0, 0], turn: 0, isUpright: false }

export class Mesh {
  positions = new Float32Array(3 * 4096)
  normals = new Float32Array(3 * 4096)
  /** Red, green, blue, gloss. */
  paints = new Uint8Array(4 * 4096)
  /** Row of the state table each vertex looks up. */
  rows = new Float32Array(4096)
  /** Metres along a run, for what moves in it. */
  along = new Float32Array(4096)
  indices = new Uint32Array(3 * 8192)
  vertices = 0
  corners = 0

  row = 0
  frame: Frame = HOME

  get triangles(): number {
    return this.corners / 3
  }

  /** Parts added by `build` stand in the frame and refer to the row. */
  within(frame: Frame, row: number, build: () => void): void {
    this.frame = frame
    this.row = row
    build()
    this.frame = HOME
  }

  private room(vertices: number, corners: number): void {
    while ((this.vertices + vertices) * 3 > this.positions.length) {
      this.positions = grown(this.positions, Float32Array)
      this.normals = grown(this.normals, Float32Array)
      this.paints = grown(this.paints, Uint8Array)
      this.rows = grown(this.rows, Float32Array)
      this.along = grown(this.along, Float32Array)
    }
    while (this.corners + corners > this.indices.length) this.indices = grown(this.indices, Uint32Array)
  }

  private turned(x: number, y: number, z: number): Vec3 {
    const [a, b, c] = this.frame.isUpright ? [-y, x, z] : [x, y, z]
    const turn = this.frame.turn % 4
    return turn === 0 ? [a, b, c] : turn === 1 ? [c, b, -a] : turn === 2 ? [-a, b, -c] : [-c, b, a]
  }

  /** One vertex in the piece's own coordinates. */
  vertex(at: Vec3, normal: Vec3, [r, g, b, gloss]: readonly number[], along = 0): number {
    const place = this.turned(...at)
    const turned = this.turned(...normal)
    const i = this.vertices++
    for (let k = 0; k < 3; k++) {
      this.positions[i * 3 + k] = place[k]! + this.frame.at[k]!
      this.normals[i * 3 + k] = turned[k]!
    }
    this.paints[i * 4] = r!
    this.paints[i * 4 + 1] = g!
    this.paints[i * 4 + 2] = b!
    this.paints[i * 4 + 3] = gloss!
    this.rows[i] = this.row
    this.along[i] = along
    return i
  }

  /** A surface of `rows` × `columns` cells: `point` gives place and normal of each corner. */
  surface(rows: number, columns: number, paint: Paint, point: (i: number, j: number) => readonly [Vec3, Vec3, number?]): void {
    this.room((rows + 1) * (columns + 1), rows * columns * 6)
    const colour = bytesOf(paint)
    const first = this.vertices
    for (let i = 0; i <= rows; i++) for (let j = 0; j <= columns; j++) {
      const [at, normal, along] = point(i / rows, j / columns)
      this.vertex(at, normal, colour, along)
    }
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) {
      const a = first + i * (columns + 1) + j
      const b = a + columns + 1
      for (const corner of [a, b, a + 1, a + 1, b, b + 1]) this.indices[this.corners++] = corner
    }
  }

  /** A box of a size about its centre. */
  box(size: Vec3, centre: Vec3, paint: Paint): void {
    for (const axis of [0, 1, 2] as const) for (const sign of [-1, 1] as const) {
      const [u, v] = [(axis + 1) % 3, (axis + 2) % 3] as [0 | 1 | 2, 0 | 1 | 2]
      const normal = [0, 0, 0] as [number, number, number]
      normal[axis] = sign
      this.surface(1, 1, paint, (i, j) => {
        const at = [...centre] as [number, number, number]
        at[axis] += (sign * size[axis]) / 2
        at[u] += ((sign > 0 ? i : j) - 0.5) * size[u]
        at[v] += ((sign > 0 ? j : i) - 0.5) * size[v]
        return [at, normal]
      })
    }
  }

  /** A round body along an axis through its centre; `end` is the radius at its far end. */
  cylinder(radius: number, length: number, centre: Vec3, paint: Paint, axis: Axis = 'y', sides = 20, end = radius): void {
    const slope = (radius - end) / length
    this.surface(1, sides, paint, (i, j) => {
      const r = radius + (end - radius) * i
      const [c, s] = circle(j)
      return [add(centre, along(axis, r * c, (i - 0.5) * length, r * s)), along(axis, c, slope, s)]
    })
    for (const side of [0, 1]) this.disc(side ? end : radius, add(centre, along(axis, 0, (side - 0.5) * length, 0)), paint, axis, side === 1, sides)
  }

  private disc(radius: number, centre: Vec3, paint: Paint, axis: Axis, isFar: boolean, sides: number): void {
    const normal = along(axis, 0, isFar ? 1 : -1, 0)
    this.surface(1, sides, paint, (i, j) => {
      const [c, s] = circle(j)
      const r = (isFar ? 1 - i : i) * radius
      return [add(centre, along(axis, r * c, 0, r * s)), normal]
    })
  }

  /** A ring; its axis is the one it turns about. */
  ring(radius: number, thickness: number, centre: Vec3, paint: Paint, axis: Axis = 'y', sides = 24): void {
    this.surface(sides, 8, paint, (i, j) => {
      const [c, s] = circle(i)
      const [cc, ss] = circle(j)
      const r = radius + thickness * cc
      return [add(centre, along(axis, r * c, -thickness * ss, r * s)), along(axis, cc * c, -ss, cc * s)]
    })
  }

  /** Half a ball, flattened to `height`; upward unless told otherwise. */
  dome(radius: number, height: number, centre: Vec3, paint: Paint, isDown = false, sides = 24): void {
    const sign = isDown ? -1 : 1
    this.surface(6, sides, paint, (i, j) => {
      const angle = (Math.PI / 2) * (isDown ? 1 - i : i)
      const [c, s] = circle(j)
      const [r, y] = [radius * Math.cos(angle), height * Math.sin(angle)]
      return [add(centre, [r * c, sign * y, r * s]), unit([c * Math.cos(angle), sign * Math.sin(angle), s * Math.cos(angle)])]
    })
  }

  ball(radius: number, centre: Vec3, paint: Paint): void {
    this.dome(radius, radius, centre, paint, false, 16)
    this.dome(radius, radius, centre, paint, true, 16)
  }

  /** A tube along points, its bends rounded; `along` grows with the way so that flow can be seen in it. */
  tube(points: readonly Vec3[], radius: number, paint: Paint, sides = 14): void {
    const path = rounded(points, Math.max(radius * 1.9, 0.05))
    let way = 0
    let [u, v] = basis(direction(path[0]!, path[1]!))
    const rings = path.map((at, i) => {
      const before = path[Math.max(0, i - 1)]!
      const after = path[Math.min(path.length - 1, i + 1)]!
      if (i) way += distance(before, at)
      const ahead = direction(before, after)
      v = unit(cross(ahead, u))
      u = unit(cross(v, ahead))
      return { at, u, v, way }
    })
    this.surface(rings.length - 1, sides, paint, (i, j) => {
      const ring = rings[Math.round(i * (rings.length - 1))]!
      const [c, s] = circle(j)
      const normal: Vec3 = [ring.u[0] * c - ring.v[0] * s, ring.u[1] * c - ring.v[1] * s, ring.u[2] * c - ring.v[2] * s]
      return [add(ring.at, scale(normal, radius)), normal, ring.way]
    })
  }
}

type Grown = Float32Array | Uint8Array | Uint32Array

function grown<T extends Grown>(array: T, Kind: new (length: number) => T): T {
  const larger = new Kind(array.length * 2)
  larger.set(array as never)
  return larger
}

function bytesOf({ colour, gloss }: Paint): readonly number[] {
  const value = parseInt(colour.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255, Math.round(gloss * 255)]
}

const circle = (share: number): readonly [number, number] => [Math.cos(share * 2 * Math.PI), Math.sin(share * 2 * Math.PI)]
const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
const scale = (a: Vec3, by: number): Vec3 => [a[0] * by, a[1] * by, a[2] * by]
const distance = (a: Vec3, b: Vec3): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
const cross = (a: Vec3, b: Vec3): Vec3 => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]

function unit(a: Vec3): Vec3 {
  const length = Math.hypot(...a) || 1
  return scale(a, 1 / length)
}

const direction = (a: Vec3, b: Vec3): Vec3 => unit([b[0] - a[0], b[1] - a[1], b[2] - a[2]])

/** Two directions square to one. */
function basis(ahead: Vec3): [Vec3, Vec3] {
  const up: Vec3 = Math.abs(ahead[1]) > 0.9 ? [1, 0, 0] : [0, 1, 0]
  const v = unit(cross(ahead, up))
  return [unit(cross(v, ahead)), v]
}

/** `a` and `b` lie across the axis, `l` along it; the three keep their handedness. */
function along(axis: Axis, a: number, l: number, b: number): Vec3 {
  return axis === 'y' ? [a, l, b] : axis === 'x' ? [l, -a, b] : [a, -b, l]
}

/** Corners replaced by arcs of a radius, or smaller where stretches are short. */
export function rounded(points: readonly Vec3[], radius: number): Vec3[] {
  const path: Vec3[] = [points[0]!]
  for (let i = 1; i < points.length - 1; i++) {
    const [a, b, c] = [points[i - 1]!, points[i]!, points[i + 1]!]
    const r = Math.min(radius, distance(a, b) / 2, distance(b, c) / 2)
    const [back, ahead] = [direction(b, a), direction(b, c)]
    const [from, to] = [add(b, scale(back, r)), add(b, scale(ahead, r))]
    for (let k = 0; k <= 4; k++) {
      const t = k / 4
      path.push(add(add(scale(from, (1 - t) * (1 - t)), scale(b, 2 * t * (1 - t))), scale(to, t * t)))
    }
  }
  path.push(points.at(-1)!)
  return path.filter((at, i) => i === 0 || distance(at, path[i - 1]!) > 1e-6)
}
