/** What readings and alerts mean for a scene: which values a device shows, what turns, what flows, what is marked. */
import type { Schemas } from '@/api/types'
import { measure } from '@/kernel/format'
import { warmColour, type Binding, type Piece, type Run, type SceneDeclaration } from './declaration'

export type Reading = Schemas['LiveValue']
export type Readings = ReadonlyMap<string, Reading>
export type Alert = Schemas['AlertOut']
type Card = Pick<Schemas['ObjectCard'], 'kind' | 'number' | 'values'>

export interface Shown {
  signal: string
  zh: string
  text: string
  verdict: number
  value: number | null
}

export interface PieceState {
  /** null: nothing says whether it runs. */
  isRunning: boolean | null
  values: Shown[]
  alerts: Alert[]
  /** Gravest level of its alerts; 0 without any. */
  level: number
}

export interface RunState {
  colour: string
  /** Metres a second as drawn; 0 stands still. */
  speed: number
}

const keyOf = ({ kind, number, signal }: Binding): string => `${kind}/${number}/${signal}`

export function readingsOf(cards: readonly Card[]): Readings {
  return new Map(cards.flatMap(({ kind, number, values }) => values.map((value) => [keyOf({ kind, number, signal: value.signal }), value] as const)))
}

/** Signals by which a device is known to run, and from which value. */
const RUNS: Readonly<Record<string, number>> = { circulation_pump_hz: 0.5, pump_hz: 0.5, makeup_pump_hz: 0.5, is_on: 0.5 }
/** What a device of many says only by whether it is among those that run. */
const COUNTS = 'running_boilers'
const PRODUCERS = new Set(['boiler_grate', 'boiler_gas', 'boiler_biomass', 'boiler_electric', 'fan', 'conveyor', 'deduster'])

/** What runs in a standard scene, which has no readings. */
const WORKING = new Set([...PRODUCERS, 'circulation_pump', 'makeup_pump', 'outdoor_unit', 'indoor_fan', 'storage_heater', 'pellet_stove', 'straw_stove', 'storage_boiler'])

function isRunning(piece: Piece, readings: Readings): boolean | null {
  for (const binding of piece.item.bindings) {
    const value = readings.get(keyOf(binding))?.value
    if (value === null || value === undefined) continue
    if (binding.signal === COUNTS && PRODUCERS.has(piece.kind)) return value + 0.5 >= piece.item.ordinal
    const limit = RUNS[binding.signal]
    if (limit !== undefined) return value > limit
  }
  return null
}

const SWITCHES = new Set(['is_on', COUNTS])

function shownOf(piece: Piece, readings: Readings): Shown[] {
  return piece.item.bindings.flatMap((binding) => {
    const reading = readings.get(keyOf(binding))
    if (!reading || SWITCHES.has(binding.signal)) return []
    const { number, unit } = measure(reading.value, reading.unit, reading.decimals)
    return [{ signal: binding.signal, zh: reading.zh, text: unit ? `${number} ${unit}` : number, verdict: reading.verdict, value: reading.value }]
  })
}

/** Which devices an alert is about: those that show a signal of its evidence, else the cabinet of its object. */
export function markedBy(alert: Alert, pieces: readonly Piece[]): number[] {
  const signals = new Set(alert.evidence.map(({ signal }) => signal))
  const mine = pieces.filter(({ item }) => item.bindings.some(({ kind, number }) => kind === alert.object_kind && number === alert.object_number))
  const shown = mine.filter(({ item }) => item.bindings.some(({ signal }) => signals.has(signal)))
  const among = mine.length ? mine : pieces
  const found = shown.length ? shown : among.filter(({ kind }) => kind === 'cabinet' || kind === 'meter').slice(0, 1)
  return found.map(({ id }) => id)
}

/** Everything a scene shows of its devices now.  A standard scene has no readings: its duty devices run. */
export function pieceStates(scene: SceneDeclaration, readings: Readings, alerts: readonly Alert[], isTraining: boolean): Map<number, PieceState> {
  const states = new Map<number, PieceState>(
    scene.pieces.map((piece) => [piece.id, { isRunning: isTraining ? (WORKING.has(piece.kind) ? !piece.item.is_standby : null) : isRunning(piece, readings), values: shownOf(piece, readings), alerts: [], level: 0 }]),
  )
  for (const alert of alerts) {
    for (const id of markedBy(alert, scene.pieces)) {
      const state = states.get(id)!
      state.alerts.push(alert)
      state.level = state.level ? Math.min(state.level, alert.level) : alert.level
    }
  }
  return states
}

const TRAINING_SPEED = 0.6
const SLOWEST = 0.15
const FASTEST = 1.6

/** Colour by medium and temperature; speed by the flow through the bore. */
export function runState(run: Run, readings: Readings, isTraining: boolean): RunState {
  const read = (binding: Binding | null): number | null => (binding ? (readings.get(keyOf(binding))?.value ?? null) : null)
  const colour = warmColour(run.medium, read(run.temperature))
  if (isTraining) return { colour, speed: TRAINING_SPEED }
  const flow = read(run.flow)
  if (flow === null || flow <= 0.01) return { colour, speed: 0 }
  const isWater = run.flow!.signal.endsWith('flow_t_h')
  const speed = isWater ? flow / 3600 / (Math.PI * run.radius * run.radius) : TRAINING_SPEED
  return { colour, speed: Math.min(FASTEST, Math.max(SLOWEST, speed)) }
}
