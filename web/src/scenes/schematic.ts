/** A scene as a flat drawing seen from above at an angle: for print, for phones, for thumbnails. */
import { MEDIA, type Piece, type SceneDeclaration, type Vec3 } from './declaration'
import { placed } from './ports'

export type Flat = readonly [number, number]

export interface DrawnLine {
  id: string
  points: Flat[]
  colour: string
  width: number
}

export interface DrawnBox {
  id: number
  label: string
  kind: string
  /** Left, right and upper face. */
  faces: [Flat[], Flat[], Flat[]]
  /** Where words about it go. */
  head: Flat
  depth: number
}

export interface Drawing {
  width: number
  height: number
  floor: Flat[]
  lines: DrawnLine[]
  boxes: DrawnBox[]
  captions: { text: string; at: Flat }[]
}

const COS = Math.cos(Math.PI / 6)
const SCALE = 40
const MARGIN = 26

/** Isometric: x to the lower right, z to the lower left, y up. */
function project([x, y, z]: Vec3): Flat {
  return [(x - z * 0.62) * COS * SCALE, (x * 0.28 + z * 0.5 - y) * SCALE]
}

/** The corners of a piece's box; an inline piece is centred on its pipe. */
function corners(piece: Piece): Vec3[] {
  const { x, y, z } = piece.size
  const isInline = piece.at[1] > 0 && ['shutoff_valve', 'control_valve', 'heat_meter', 'flow_meter', 'makeup_valve', 'strainer', 'gauge'].includes(piece.kind)
  const base = isInline ? -z / 2 : 0
  const [w, h, d] = piece.isUpright ? [z, x, z] : [x, isInline ? z : y, z]
  const low = piece.isUpright ? -h / 2 : base
  return [-1, 1].flatMap((sx) => [low, low + h].flatMap((cy) => [-1, 1].map((sz) => placed(piece, [(sx * w) / 2, cy, (sz * d) / 2]))))
}

function boxOf(piece: Piece): DrawnBox {
  const all = corners(piece)
  const range = (axis: 0 | 1 | 2): [number, number] => [Math.min(...all.map((c) => c[axis])), Math.max(...all.map((c) => c[axis]))]
  const [[x0, x1], [y0, y1], [z0, z1]] = [range(0), range(1), range(2)]
  const face = (...points: Vec3[]): Flat[] => points.map(project)
  return {
    id: piece.id,
    label: piece.label,
    kind: piece.kind,
    faces: [face([x0, y0, z1], [x1, y0, z1], [x1, y1, z1], [x0, y1, z1]), face([x1, y0, z1], [x1, y0, z0], [x1, y1, z0], [x1, y1, z1]), face([x0, y1, z1], [x1, y1, z1], [x1, y1, z0], [x0, y1, z0])],
    head: project([(x0 + x1) / 2, y1, (z0 + z1) / 2]),
    depth: (x0 + x1) * 0.28 + (z0 + z1) * 0.5,
  }
}

/** The drawing of a scene, farthest pieces first; everything lies within its width and height. */
export function isometric(scene: SceneDeclaration, colours: ReadonlyMap<string, string> = new Map()): Drawing {
  const boxes = scene.pieces.map(boxOf).sort((a, b) => a.depth - b.depth)
  const lines = scene.runs.map(({ id, points, medium, radius }) => ({ id, points: points.map(project), colour: colours.get(id) ?? MEDIA[medium].colour, width: Math.max(2, radius * 34) }))
  const captions = scene.captions.map(({ text, at }) => ({ text, at: project(at) }))
  const [[x0, z0], [x1, z1]] = [scene.low, scene.high]
  const floor = ([[x0, 0, z0], [x1, 0, z0], [x1, 0, z1], [x0, 0, z1]] as const).map(project)
  const seen = [...floor, ...lines.flatMap(({ points }) => points), ...boxes.flatMap(({ faces }) => faces.flat()), ...captions.map(({ at }) => at)]
  const left = Math.min(...seen.map(([x]) => x)) - MARGIN
  const top = Math.min(...seen.map(([, y]) => y)) - MARGIN
  const move = ([x, y]: Flat): Flat => [Math.round((x - left) * 10) / 10, Math.round((y - top) * 10) / 10]
  return {
    width: Math.ceil(Math.max(...seen.map(([x]) => x)) - left + MARGIN),
    height: Math.ceil(Math.max(...seen.map(([, y]) => y)) - top + MARGIN),
    floor: floor.map(move),
    lines: lines.map((line) => ({ ...line, points: line.points.map(move) })),
    boxes: boxes.map((box) => ({ ...box, faces: box.faces.map((face) => face.map(move)) as DrawnBox['faces'], head: move(box.head) })),
    captions: captions.map(({ text, at }) => ({ text, at: move(at) })),
  }
}

/** What a piece looks like in the drawing. */
export function faceColour(kind: string): string {
  if (kind.startsWith('boiler_') || kind.endsWith('stove')) return '#c0714f'
  if (kind.includes('pump') || kind === 'fan') return '#3f9a83'
  if (kind.includes('valve')) return '#d36a52'
  if (kind === 'plate_exchanger') return '#5b8fc7'
  if (['tank', 'softener', 'expansion_tank', 'drum'].includes(kind)) return '#74a9bd'
  if (['radiator', 'floor_coil', 'manifold', 'storage_heater', 'indoor_fan'].includes(kind)) return '#d79a5c'
  if (['heat_meter', 'flow_meter', 'gauge', 'thermostat', 'meter'].includes(kind)) return '#d9c25a'
  return '#93a3b5'
}
