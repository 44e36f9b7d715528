/** How each kind of object is shown: the signals of its list and its first curves, and what hangs below it. */
import type { ObjectQuery } from './queries'

export interface KindView {
  /** Signals shown as columns of a list. */
  listed: readonly string[]
  /** Signals drawn first on the object's page. */
  drawn: readonly string[]
  /** Kind of its live children and the filter that finds them. */
  children?: { kind: string; by: keyof ObjectQuery }
}

const SUPPLY_RETURN = ['supply_temp_c', 'return_temp_c'] as const

const VIEWS: Readonly<Record<string, KindView>> = {
  plant: {
    listed: [...SUPPLY_RETURN, 'flow_t_h', 'heat_power_mw'],
    drawn: SUPPLY_RETURN,
    children: { kind: 'branch', by: 'plant' },
  },
  branch: {
    listed: [...SUPPLY_RETURN, 'flow_t_h', 'heat_power_mw'],
    drawn: SUPPLY_RETURN,
    children: { kind: 'substation', by: 'branch' },
  },
  boiler: {
    listed: [...SUPPLY_RETURN, 'supply_pressure_mpa', 'flow_t_h', 'heat_power_mw', 'running_boilers'],
    drawn: SUPPLY_RETURN,
    children: { kind: 'substation', by: 'boiler' },
  },
  substation: {
    listed: ['primary_supply_temp_c', 'secondary_supply_temp_c', 'secondary_return_temp_c', 'secondary_flow_t_h', 'heat_power_gj_h'],
    drawn: ['secondary_supply_temp_c', 'secondary_return_temp_c'],
    children: { kind: 'unit', by: 'substation' },
  },
  unit: {
    listed: ['primary_supply_temp_c', 'secondary_supply_temp_c', 'secondary_return_temp_c', 'secondary_flow_t_h', 'heat_power_gj_h'],
    drawn: ['primary_supply_temp_c', 'secondary_supply_temp_c', 'secondary_return_temp_c'],
    children: { kind: 'room', by: 'unit' },
  },
  building: { listed: [], drawn: [], children: { kind: 'room', by: 'building' } },
  room: { listed: ['room_temp_c', 'humidity_pct'], drawn: ['room_temp_c'] },
  device: { listed: ['is_on', 'supply_temp_c', 'return_temp_c', 'power_w', 'room_temp_c'], drawn: ['supply_temp_c', 'room_temp_c'] },
  weather: { listed: ['outdoor_temp_c', 'wind_m_s', 'humidity_pct', 'pm25_ug_m3'], drawn: ['outdoor_temp_c'] },
}

const NOTHING: KindView = { listed: [], drawn: [] }

export function viewOf(kind: string): KindView {
  return VIEWS[kind] ?? NOTHING
}
