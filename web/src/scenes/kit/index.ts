/** Which solids make which kind of equipment, and which of its parts turn while it runs. */
import type { Piece, Size, Vec3 } from '../declaration'
import * as boilers from './boilers'
import * as fittings from './fittings'
import * as household from './household'
import * as hydraulics from './hydraulics'
import type { Axis, Mesh } from './mesh'

type Build = (mesh: Mesh, size: Size, radius: number) => void

const onPipe = (build: (mesh: Mesh, r: number) => void): Build => (mesh, _size, r) => build(mesh, r)

const BUILDERS: Readonly<Record<string, Build>> = {
  plate_exchanger: hydraulics.plateExchanger,
  circulation_pump: hydraulics.circulationPump,
  makeup_pump: hydraulics.makeupPump,
  makeup_valve: onPipe(fittings.controlValve),
  control_valve: onPipe(fittings.controlValve),
  shutoff_valve: onPipe(fittings.shutoffValve),
  safety_valve: onPipe(fittings.safetyValve),
  strainer: onPipe(fittings.strainer),
  heat_meter: onPipe(fittings.heatMeter),
  flow_meter: onPipe(fittings.flowMeter),
  gauge: onPipe(fittings.gauge),
  tank: hydraulics.tank,
  softener: hydraulics.softener,
  cabinet: hydraulics.cabinet,
  boiler_grate: boilers.chainGrateBoiler,
  boiler_gas: boilers.gasBoiler,
  boiler_biomass: boilers.biomassBoiler,
  boiler_electric: boilers.electricBoiler,
  drum: boilers.drum,
  deduster: boilers.deduster,
  scrubber: boilers.scrubber,
  fan: boilers.fan,
  conveyor: boilers.conveyor,
  silo: boilers.silo,
  chimney: boilers.chimney,
  gas_station: boilers.gasStation,
  transformer: boilers.transformer,
  outdoor_unit: household.outdoorUnit,
  indoor_fan: household.indoorFan,
  storage_heater: household.storageHeater,
  pellet_stove: household.pelletStove,
  straw_stove: household.strawStove,
  storage_boiler: household.storageBoiler,
  solar_collector: household.solarCollector,
  radiator: household.radiator,
  floor_coil: household.floorCoil,
  manifold: household.manifold,
  expansion_tank: hydraulics.expansionTank,
  thermostat: household.thermostat,
  meter: household.meter,
}

/** Adds a piece to a mesh at its place; an unknown kind becomes a plain cabinet. */
export function addPiece(mesh: Mesh, piece: Piece, row: number): void {
  const build = BUILDERS[piece.kind] ?? hydraulics.cabinet
  mesh.within(piece, row, () => build(mesh, piece.size, piece.radius))
}

export const KNOWN_KINDS: ReadonlySet<string> = new Set(Object.keys(BUILDERS))

export interface Rotor {
  build: (mesh: Mesh) => void
  /** Its centre in the piece's coordinates. */
  at: Vec3
  axis: Axis
}

/** What turns in a piece. */
export function rotorsOf({ kind, size }: Piece): Rotor[] {
  const { x, y, z } = size
  if (kind === 'circulation_pump') return [{ build: (mesh) => hydraulics.pumpRotor(mesh, size), at: [0, 0.5, 0], axis: 'x' }]
  if (kind === 'fan') return [{ build: (mesh) => boilers.fanRotor(mesh, size), at: [0, y * 0.5, z * 0.54], axis: 'z' }]
  if (kind !== 'outdoor_unit') return []
  const shares = y > 1.05 ? [0.3, 0.72] : [0.55]
  return shares.map((share) => ({ build: (mesh) => household.unitRotor(mesh, size), at: [-x * 0.14, y * share, z / 2 + 0.025], axis: 'z' }))
}
