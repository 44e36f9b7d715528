/** What a process scene consists of: pieces of equipment at their places, and pipe runs between their ports. */
import type { Schemas } from '@/api/types'

export type EquipmentList = Schemas['EquipmentList']
export type EquipmentItem = Schemas['EquipmentItem']
export type Binding = Schemas['Binding']

/** Metres: x to the right, y up, z towards the viewer. */
export type Vec3 = readonly [number, number, number]

export type Medium = 'primary_supply' | 'primary_return' | 'secondary_supply' | 'secondary_return' | 'makeup' | 'gas' | 'fuel' | 'flue' | 'power' | 'refrigerant'

/** Outer size of a piece. */
export interface Size {
  x: number
  y: number
  z: number
}

export interface Piece {
  /** Number of the equipment in its list; what alarms, picks and tags refer to. */
  id: number
  kind: string
  label: string
  at: Vec3
  /** Quarter turns about the vertical. */
  turn: 0 | 1 | 2 | 3
  /** An inline piece on a vertical pipe. */
  isUpright: boolean
  size: Size
  /** Radius of its connections. */
  radius: number
  item: EquipmentItem
}

export interface Run {
  id: string
  medium: Medium
  radius: number
  /** Corners; each stretch is parallel to an axis.  Flow goes from the first to the last. */
  points: readonly Vec3[]
  /** `piece id.port` at either end; empty where the run joins another or leaves the scene. */
  from: string
  to: string
  temperature: Binding | null
  flow: Binding | null
}

/** Words at a place that is no piece of equipment: where a run enters or leaves. */
export interface Caption {
  text: string
  at: Vec3
}

export interface Shell {
  kind: 'hall' | 'plant' | 'house'
  low: readonly [number, number]
  high: readonly [number, number]
  height: number
}

export interface SceneDeclaration {
  key: string
  title: string
  shell: Shell
  /** Floor that holds everything, also what stands outside the shell. */
  low: readonly [number, number]
  high: readonly [number, number]
  pieces: readonly Piece[]
  runs: readonly Run[]
  captions: readonly Caption[]
}

/** Number on the nameplate; `fallback` where it does not say. */
export function plateNumber(item: EquipmentItem, key: string, fallback: number): number {
  const value = item.nameplate.find((entry) => entry.key === key)?.value
  return typeof value === 'number' && value > 0 ? value : fallback
}

export const MEDIA: Readonly<Record<Medium, { zh: string; colour: string }>> = {
  primary_supply: { zh: '一次供水', colour: '#e0402f' },
  primary_return: { zh: '一次回水', colour: '#e8963a' },
  secondary_supply: { zh: '二次供水', colour: '#d6559c' },
  secondary_return: { zh: '二次回水', colour: '#2f82d8' },
  makeup: { zh: '补水', colour: '#2fb46b' },
  gas: { zh: '燃气', colour: '#e5c93b' },
  fuel: { zh: '燃料', colour: '#8a6a48' },
  flue: { zh: '烟气', colour: '#8e979f' },
  power: { zh: '电', colour: '#9a6fe0' },
  refrigerant: { zh: '冷媒', colour: '#35c3c9' },
}
/** Words and colours of what runs in pipes; the same in three dimensions and in the drawing. */

export function mediumOf(run: Run, kind: EquipmentList['kind']): string {
  const { zh } = MEDIA[run.medium]
  return kind === 'substation' ? zh : zh.replace(/^[一二]次/, '')
}

/** How warm water looks: from the colour of its medium towards red as it gets hotter. */
export function warmColour(medium: Medium, temperature: number | null): string {
  if (temperature === null || !(medium.endsWith('supply') || medium.endsWith('return'))) return MEDIA[medium].colour
  const stops: readonly (readonly [number, readonly number[]])[] = [[20, [38, 110, 224]], [40, [60, 150, 214]], [52, [196, 104, 184]], [70, [232, 110, 58]], [100, [226, 46, 34]]]
  const next = stops.findIndex(([at]) => temperature < at)
  const [low, high] = next < 0 ? [stops.length - 1, stops.length - 1] : [Math.max(0, next - 1), next]
  const a = stops[low]!
  const b = stops[high]!
  const share = b[0] === a[0] ? 0 : Math.max(0, (temperature - a[0]) / (b[0] - a[0]))
  return `#${a[1].map((c, i) => Math.round(c + (b[1][i]! - c) * share).toString(16).padStart(2, '0')).join('')}`
}
