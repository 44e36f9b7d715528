import { describe, expect, it } from 'vitest'
import { warmColour, type Piece, type Run, type SceneDeclaration } from './declaration'
import { markedBy, pieceStates, readingsOf, runState, type Alert, type Reading } from './live'

const reading = (signal: string, value: number | null, unit = ''): Reading => ({ signal, zh: signal, unit, decimals: 1, value, verdict: 0, at: 1 })
const piece = (id: number, kind: string, signals: string[], ordinal = 1): Piece =>
  ({ id, kind, label: kind, at: [0, 0, 0], turn: 0, isUpright: false, size: { x: 1, y: 1, z: 1 }, radius: 0.1,
    item: { number: id, kind, ordinal, is_standby: false, bindings: signals.map((signal) => ({ kind: 'unit', number: 5, signal })) } }) as unknown as Piece
const scene = (...pieces: Piece[]): SceneDeclaration => ({ pieces, runs: [] }) as unknown as SceneDeclaration
const alert = (level: number, ...signals: string[]): Alert => ({ level, object_kind: 'unit', object_number: 5, evidence: signals.map((signal) => ({ signal, value: 1, limit: 1, unit: '' })) }) as unknown as Alert
const readings = (...values: Reading[]) => readingsOf([{ kind: 'unit', number: 5, values }])

describe('devices', () => {
  const pump = piece(1, 'circulation_pump', ['circulation_pump_hz'])
  const cabinet = piece(2, 'cabinet', [])

  it('run when their frequency says so, and nobody knows without a reading', () => {
    const state = (hz: number | null) => pieceStates(scene(pump), readings(reading('circulation_pump_hz', hz, 'Hz')), [], false).get(1)!
    expect([state(42)?.isRunning, state(0)?.isRunning, state(null)?.isRunning]).toEqual([true, false, null])
    expect(state(42).values[0]!.text).toBe('42.0 Hz')
  })

  it('of a row run up to the number that runs', () => {
    const row = [1, 2, 3].map((n) => piece(n, 'boiler_gas', ['running_boilers'], n))
    const states = pieceStates(scene(...row), readings(reading('running_boilers', 2)), [], false)
    expect([...states.values()].map(({ isRunning }) => isRunning)).toEqual([true, true, false])
  })

  it('are marked by the signals of an alert, else their cabinet is', () => {
    expect(markedBy(alert(2, 'circulation_pump_hz'), [pump, cabinet])).toEqual([1])
    expect(markedBy(alert(2, 'heat_power_gj_h'), [{ ...cabinet, item: { ...cabinet.item, bindings: pump.item.bindings } }, pump])).toEqual([2])
    const state = pieceStates(scene(pump, cabinet), readings(), [alert(3, 'circulation_pump_hz'), alert(1, 'circulation_pump_hz')], false).get(1)!
    expect([state.level, state.alerts.length]).toEqual([1, 2])
  })
})

describe('what flows', () => {
  const run = { id: 'r', medium: 'secondary_supply', radius: 0.1, points: [], from: '', to: '', temperature: { kind: 'unit', number: 5, signal: 't' }, flow: { kind: 'unit', number: 5, signal: 'secondary_flow_t_h' } } as Run

  it('moves with its flow and stands without', () => {
    expect(runState(run, readings(reading('secondary_flow_t_h', 80)), false).speed).toBeCloseTo(0.71, 1)
    expect(runState(run, readings(reading('secondary_flow_t_h', 0)), false).speed).toBe(0)
    expect(runState(run, readings(), false).speed).toBe(0)
    expect(runState(run, readings(), true).speed).toBeGreaterThan(0)
  })

  it('turns from blue to red as it gets warmer', () => {
    expect(warmColour('secondary_supply', 20)).toBe('#266ee0')
    expect(warmColour('primary_supply', 110)).toBe('#e22e22')
    expect(warmColour('gas', 20)).toBe(warmColour('gas', null))
  })
})
