/** The building around a scene: walls with windows and a roof, which lift and fade so that one sees inside. */
import { DoubleSide, Group, Mesh as ThreeMesh, MeshLambertMaterial } from 'three'
import type { SceneDeclaration, Shell, Vec3 } from '../declaration'
import { Mesh, type Paint } from '../kit/mesh'
import { geometryOf } from './geometry'

interface Part {
  mesh: ThreeMesh<ReturnType<typeof geometryOf>, MeshLambertMaterial>
  /** How much of it stays when the house is open, and how far it goes up. */
  opacity: number
  lift: number
}

const WALLS: Readonly<Record<Shell['kind'], { wall: Paint; sill: Paint; roof: Paint }>> = {
  hall: { wall: { colour: '#c3cedb', gloss: 0 }, sill: { colour: '#3f6ea3', gloss: 0 }, roof: { colour: '#5d7690', gloss: 0 } },
  plant: { wall: { colour: '#c9b8a6', gloss: 0 }, sill: { colour: '#8a5f46', gloss: 0 }, roof: { colour: '#6b7683', gloss: 0 } },
  house: { wall: { colour: '#e7dcc4', gloss: 0 }, sill: { colour: '#b07a52', gloss: 0 }, roof: { colour: '#9a4a38', gloss: 0 } },
}
const GLASS: Paint = { colour: '#7fb8de', gloss: 1 }
const THICK = 0.14

export class House {
  readonly group = new Group()
  private readonly parts: Part[] = []
  private share = 0

  constructor(scene: SceneDeclaration) {
    const { shell } = scene
    const [[x0, z0], [x1, z1]] = [shell.low, shell.high]
    const part = (opacity: number, lift: number, build: (mesh: Mesh) => void): void => this.add(opacity, lift, build)
    part(1, 0, (mesh) => wall(mesh, shell, [x0, z0], [x1, z0]))
    part(0.95, 0, (mesh) => wall(mesh, shell, [x0, z0], [x0, z1]))
    part(0.06, 0, (mesh) => wall(mesh, shell, [x1, z0], [x1, z1]))
    part(0.05, 0, (mesh) => wall(mesh, shell, [x0, z1], [x1, z1]))
    if (shell.kind === 'house') part(1, 0, (mesh) => mesh.box([THICK, shell.height, 4.2], [6.6, shell.height / 2, -1.4], WALLS.house.wall))
    part(0, 3.5, (mesh) => roof(mesh, shell))
    this.set(1)
  }

  private add(opacity: number, lift: number, build: (mesh: Mesh) => void): void {
    const mesh = new Mesh()
    build(mesh)
    const material = new MeshLambertMaterial({ vertexColors: true, side: DoubleSide })
    const solid = new ThreeMesh(geometryOf(mesh, true), material)
    this.parts.push({ mesh: solid, opacity, lift })
    this.group.add(solid)
  }

  /** 0 closed … 1 open. */
  set(share: number): void {
    this.share = share
    for (const { mesh, opacity, lift } of this.parts) {
      const now = 1 + (opacity - 1) * share
      mesh.material.opacity = now
      mesh.material.transparent = now < 0.999
      mesh.material.depthWrite = now > 0.5
      mesh.visible = now > 0.01
      mesh.position.y = lift * share
    }
  }

  /** One step towards open or closed; true while it goes on. */
  step(target: number, seconds: number): boolean {
    const ahead = target - this.share
    if (Math.abs(ahead) < 1e-3) return false
    this.set(Math.abs(ahead) < seconds * 1.6 ? target : this.share + Math.sign(ahead) * seconds * 1.6)
    return true
  }

  dispose(): void {
    for (const { mesh } of this.parts) {
      mesh.geometry.dispose()
      mesh.material.dispose()
    }
  }
}

/** A wall between two corners with a row of windows in it. */
function wall(mesh: Mesh, { kind, height }: Shell, [xa, za]: readonly [number, number], [xb, zb]: readonly [number, number]): void {
  const { wall: paint, sill } = WALLS[kind]
  const [length, isDeep] = [Math.hypot(xb - xa, zb - za), Math.abs(zb - za) > Math.abs(xb - xa)]
  const size = (l: number, h: number, t: number): Vec3 => (isDeep ? [t, h, l] : [l, h, t])
  const [cx, cz] = [(xa + xb) / 2, (za + zb) / 2]
  const at = (share: number, y: number): Vec3 => [xa + (xb - xa) * share, y, za + (zb - za) * share]
  mesh.box(size(length + THICK, height, THICK), [cx, height / 2, cz], paint)
  mesh.box(size(length + THICK, 0.35, THICK + 0.03), [cx, 0.18, cz], sill)
  const windows = Math.max(1, Math.floor(length / 3.2))
  for (let i = 0; i < windows; i++) {
    const share = (i + 0.5) / windows
    mesh.box(size(1.5, height * 0.3, THICK + 0.04), at(share, height * 0.68), sill)
    mesh.box(size(1.36, height * 0.3 - 0.14, THICK + 0.06), at(share, height * 0.68), GLASS)
  }
}

/** Two slopes, or a flat deck over a hall. */
function roof(mesh: Mesh, { kind, low, high, height }: Shell): void {
  const paint = WALLS[kind].roof
  const [[x0, z0], [x1, z1]] = [low, high]
  const width = x1 - x0
  const depth = z1 - z0
  const rise = kind === 'house' ? 1.5 : kind === 'plant' ? 1.2 : 0.5
  const ridge = (z0 + z1) / 2
  for (const [edge, sign] of [[z0 - 0.4, -1], [z1 + 0.4, 1]] as const) {
    mesh.surface(1, 1, paint, (i, j) => [[x0 - 0.4 + (sign > 0 ? i : 1 - i) * (width + 0.8), height + rise * (1 - j), ridge + (edge - ridge) * j], [0, depth / 2, (sign * rise) as number]])
  }
}
