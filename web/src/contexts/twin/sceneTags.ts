/** What stands on the tags of a scene, and which of them matter most where there is no room for all. */
import type { SceneDeclaration, Vec3 } from '@/scenes/declaration'
import type { PieceState } from '@/scenes/live'
import type { Tag } from '@/scenes/stage/tags'

const WEIGHTS: Readonly<Record<string, number>> = {
  plate_exchanger: 9, circulation_pump: 10, heat_meter: 8, control_valve: 8, gauge: 7, flow_meter: 6, makeup_pump: 5, tank: 5, cabinet: 3, outdoor_unit: 10,
  storage_heater: 10, pellet_stove: 10, straw_stove: 10, solar_collector: 9, storage_boiler: 9, thermostat: 8, meter: 6, chimney: 7, silo: 6, radiator: 3, floor_coil: 3,
}
const INLINE = new Set(['shutoff_valve', 'control_valve', 'makeup_valve', 'strainer', 'heat_meter', 'flow_meter', 'gauge'])
/** Devices whose name alone is not worth a tag. */
const QUIET = new Set(['shutoff_valve', 'strainer', 'safety_valve', 'drum', 'expansion_tank', 'manifold'])
const MOST_LINES = 3

function toneOf(state: PieceState | undefined): string {
  if (state?.level) return `level${state.level}`
  if (state?.isRunning === true) return 'running'
  return state?.isRunning === false ? 'stopped' : 'plain'
}

export function sceneTags(scene: SceneDeclaration, states: ReadonlyMap<number, PieceState>, selected: number | null): Tag[] {
  const tags = scene.pieces.flatMap((piece): Tag[] => {
    const state = states.get(piece.id)
    const isChosen = piece.id === selected
    if (QUIET.has(piece.kind) && !isChosen && !state?.level && !state?.values.length) return []
    const top = INLINE.has(piece.kind) ? piece.radius * (piece.isUpright ? 2 : 5.5) : piece.size.y
    const at: Vec3 = [piece.at[0], piece.at[1] + top, piece.at[2]]
    const lines = (state?.values ?? []).filter(({ value }) => value !== null).slice(0, MOST_LINES).map(({ text }) => text)
    if (piece.item.is_standby) lines.push('备用')
    const weight = (WEIGHTS[piece.kind] ?? 2) + (lines.length ? 4 : 0) + (state?.level ? 100 - state.level : 0) + (isChosen ? 200 : 0)
    return [{ id: piece.id, at, title: piece.label, lines, tone: isChosen ? `${toneOf(state)} chosen` : toneOf(state), weight }]
  })
  const captions = scene.captions.map(({ text, at }, i): Tag => ({ id: -1 - i, at, title: text, lines: [], tone: 'caption', weight: 1 }))
  return [...tags, ...captions]
}
