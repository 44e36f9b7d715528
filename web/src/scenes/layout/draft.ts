/** A scene being laid out: pieces put at places, runs walked from port to port along the axes. */
import type { Binding, Caption, EquipmentItem, EquipmentList, Medium, Piece, Run, SceneDeclaration, Shell, Vec3 } from '../declaration'
import { portAt, radiusOf, sizeOf } from '../ports'

/** One straight step of a walk: go to this coordinate. */
export type Step = { x: number } | { y: number } | { z: number }

const same = (a: number, b: number): boolean => Math.abs(a - b) < 1e-6

/** Corners of a walk that begins at a point; steps that lead nowhere are left out. */
export function walk(from: Vec3, steps: readonly Step[]): Vec3[] {
  const corners: Vec3[] = [from]
  for (const step of steps) {
    const [x, y, z] = corners.at(-1)!
    const next: Vec3 = 'x' in step ? [step.x, y, z] : 'y' in step ? [x, step.y, z] : [x, y, step.z]
    if (!next.every((value, i) => same(value, corners.at(-1)![i]!))) corners.push(next)
  }
  return corners
}

/** Steps that lead to a point, one axis after the other. */
export function to([x, y, z]: Vec3, order: string): Step[] {
  const step: Record<string, Step> = { x: { x }, y: { y }, z: { z } }
  return [...order].map((axis) => step[axis]!)
}

interface RunWords {
  id: string
  medium: Medium
  radius: number
  from?: string
  to?: string
  temperature?: Binding | null
  flow?: Binding | null
}

type Find = { unit?: number; role?: string; ordinal?: number }

export class Draft {
  readonly pieces: Piece[] = []
  readonly runs: Run[] = []
  readonly captions: Caption[] = []

  constructor(readonly list: EquipmentList) {}

  /** Equipment of a kind in service, in the order of the list. */
  all(kind: string, { unit, role, ordinal }: Find = {}): EquipmentItem[] {
    return this.list.equipment.filter(
      (item) => item.kind === kind && item.in_service && (unit === undefined || item.unit === unit) && (role === undefined || item.role === role) && (ordinal === undefined || item.ordinal === ordinal),
    )
  }

  one(kind: string, find: Find = {}): EquipmentItem | undefined {
    return this.all(kind, find)[0]
  }

  put(item: EquipmentItem | undefined, at: Vec3, turn: Piece['turn'] = 0, isUpright = false): Piece | undefined {
    if (!item || this.pieces.some(({ id }) => id === item.number)) return undefined
    const piece: Piece = { id: item.number, kind: item.kind, label: item.tag, at, turn, isUpright, size: sizeOf(item), radius: radiusOf(item), item }
    this.pieces.push(piece)
    return piece
  }

  run(words: RunWords, points: readonly Vec3[]): void {
    if (points.length < 2) return
    this.runs.push({ from: '', to: '', temperature: null, flow: null, ...words, points })
  }

  /** A run from a port, by steps, to a port; the last stretch goes along `order`. */
  join(words: RunWords, from: readonly [Piece, string] | Vec3, steps: readonly Step[], end?: readonly [Piece, string], order = 'xyz'): void {
    const start = isPort(from) ? portAt(...from) : from
    const last = end ? to(portAt(...end), order) : []
    const name = (port: readonly [Piece, string]): string => `${port[0].id}.${port[1]}`
    this.run({ ...words, from: isPort(from) ? name(from) : '', to: end ? name(end) : '' }, walk(start, [...steps, ...last]))
  }

  caption(text: string, at: Vec3): void {
    this.captions.push({ text, at })
  }

  done(title: string, shell: Shell, low: readonly [number, number], high: readonly [number, number]): SceneDeclaration {
    return { key: this.list.key, title, shell, low, high, pieces: this.pieces, runs: this.runs, captions: this.captions }
  }
}

function isPort(from: readonly [Piece, string] | Vec3): from is readonly [Piece, string] {
  return typeof from[1] === 'string'
}

/** A signal of the list's objects by which a run is coloured or moves; null for a standard scene. */
export function signalOf(list: EquipmentList, signal: string, unit = 0): Binding | null {
  if (list.number === 0) return null
  const found = list.measured.find(({ number }) => !unit || number === unit)
  return found ? { ...found, signal } : null
}
