import { describe, expect, it } from 'vitest'
import type { EquipmentItem, EquipmentList, SceneDeclaration, Vec3 } from '../declaration'
import { portAt } from '../ports'
import { isometric } from '../schematic'
import { walk } from './draft'
import { sceneOf } from './index'
import standards from './standards.sample.json'

type Row = [kind: string, tag: string, role: string, unit: number, ordinal: number, standby: number, plate: Record<string, number>]
interface Sample {
  key: string
  kind: string
  name: string
  layout: string
  units: [number, string][]
  rows: Row[]
}

/** The server's standard systems, kept equal to them by a test there. */
const SAMPLES = standards as unknown as Sample[]

function listOf(sample: Sample): EquipmentList {
  const equipment = sample.rows.map(([kind, tag, role, unit, ordinal, standby, plate], i): EquipmentItem => ({
    number: i + 1, kind, kind_zh: kind, tag, role, unit, ordinal, is_standby: standby === 1, in_service: true, bindings: [],
    nameplate: Object.entries(plate).map(([key, value]) => ({ key, zh: key, value, unit: '' })),
  }))
  const units = sample.units.map(([number, name]) => ({ number, name, terminal: 'radiator' }))
  return { key: sample.key, kind: sample.kind, number: 0, name: sample.name, layout_zh: sample.layout, is_standard: true, terminal: '', units, equipment, measured: [] }
}

const LISTS = SAMPLES.map(listOf)
const SCENES = LISTS.map((list) => sceneOf(list)!)

function onRun(scene: SceneDeclaration, at: Vec3): boolean {
  return scene.runs.some(({ points }) =>
    points.slice(1).some((b, i) => {
      const a = points[i]!
      return at.every((value, axis) => value >= Math.min(a[axis]!, b[axis]!) - 0.02 && value <= Math.max(a[axis]!, b[axis]!) + 0.02)
    }),
  )
}

const INLINE = ['shutoff_valve', 'control_valve', 'heat_meter', 'flow_meter', 'makeup_valve', 'strainer', 'gauge']

describe('scenes of the standard systems', () => {
  it('are at least forty, and no two are declared alike', () => {
    const shapes = SCENES.map(({ pieces, runs }) => JSON.stringify([pieces.map(({ kind, at, size, label }) => [kind, at, size, label]), runs.map(({ points }) => points)]))
    expect(SCENES.length).toBeGreaterThanOrEqual(40)
    expect(new Set(shapes).size).toBe(SCENES.length)
  })

  it.each(SCENES.map((scene, i) => [scene.key, scene, LISTS[i]!] as const))('%s shows all its equipment and joins it', (_key, scene, list) => {
    const shown = new Set(scene.pieces.map(({ id }) => id))
    expect(list.equipment.filter(({ number }) => !shown.has(number)).map(({ tag }) => tag)).toEqual([])
    for (const { id, points, from, to } of scene.runs) {
      points.slice(1).forEach((b, i) => {
        const moved = b.filter((value, axis) => Math.abs(value - points[i]![axis]!) > 1e-6).length
        expect(moved, `${id} runs along one axis at a time`).toBe(1)
      })
      for (const [end, at] of [[from, points[0]!], [to, points.at(-1)!]] as const) {
        if (!end) continue
        const [piece, port] = end.split('.') as [string, string]
        const wanted = portAt(scene.pieces.find(({ id: n }) => n === Number(piece))!, port)
        wanted.forEach((value, axis) => expect(at[axis], `${id} ends at ${end}`).toBeCloseTo(value, 3))
      }
    }
    for (const piece of scene.pieces) {
      if (INLINE.includes(piece.kind)) expect(onRun(scene, piece.at), `${piece.label} sits on a pipe`).toBe(true)
      piece.at.forEach((value) => expect(Number.isFinite(value)).toBe(true))
    }
  })

  it.each(SCENES.map((scene) => [scene.key, scene] as const))('%s keeps its equipment apart', (_key, scene) => {
    const solid = scene.pieces.filter(({ kind, at }) => !INLINE.includes(kind) && !['floor_coil', 'drum', 'chimney', 'safety_valve', 'thermostat'].includes(kind) && at[1] < 0.05)
    for (const [i, a] of solid.entries()) {
      for (const b of solid.slice(i + 1)) {
        const gap = [0, 2].map((axis) => {
          const of = (piece: typeof a) => (piece.turn % 2 ? [piece.size.z, 0, piece.size.x] : [piece.size.x, 0, piece.size.z])[axis]!
          return Math.abs(a.at[axis]! - b.at[axis]!) - (of(a) + of(b)) / 2
        })
        expect(Math.max(...gap), `${a.label} and ${b.label}`).toBeGreaterThan(-0.01)
      }
    }
  })

  it('draws each as a picture within its frame', () => {
    for (const scene of SCENES) {
      const { width, height, lines, boxes } = isometric(scene)
      expect(lines.length).toBe(scene.runs.length)
      expect(boxes.length).toBe(scene.pieces.length)
      for (const { points } of lines) for (const [x, y] of points) expect(x >= 0 && x <= width && y >= 0 && y <= height).toBe(true)
    }
  })
})

describe('a walk', () => {
  it('turns at each step and leaves out what leads nowhere', () => {
    expect(walk([0, 0, 0], [{ x: 2 }, { x: 2 }, { y: 1 }, { z: 0 }])).toEqual([[0, 0, 0], [2, 0, 0], [2, 1, 0]])
  })
})

it('is empty where nothing is in service', () => {
  const list = { ...LISTS[0]!, equipment: [] }
  expect(sceneOf(list)).toBeNull()
})
