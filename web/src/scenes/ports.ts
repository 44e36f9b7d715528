/** How large each kind of equipment is and where its pipes join: both follow from the nameplate. */
import { plateNumber, type EquipmentItem, type Piece, type Size, type Vec3 } from './declaration'

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** Radius at which a bore is drawn: true to scale, but never thinner than an eye can follow. */
export function radiusOf(item: EquipmentItem, fallbackMm = 100): number {
  return clamp(plateNumber(item, 'dn_mm', fallbackMm) / 2000, 0.035, 0.2)
}

const round = (value: number): number => Math.round(value * 1000) / 1000

/** Size of equipment whose dimensions grow with what the nameplate says. */
const GROWING: Readonly<Record<string, (item: EquipmentItem) => Size>> = {
  plate_exchanger: (item) => ({ x: clamp(0.5 + plateNumber(item, 'plates', 60) * 0.0095, 0.75, 2), y: 1.75, z: 0.7 }),
  circulation_pump: (item) => {
    const s = clamp(0.55 + Math.cbrt(plateNumber(item, 'power_kw', 11)) * 0.13, 0.6, 1.15)
    return { x: 1.3 * s, y: 0.85 * s, z: 0.56 * s }
  },
  tank: (item) => {
    const volume = plateNumber(item, 'volume_m3', 3)
    const radius = clamp(Math.cbrt(volume / 6.3), 0.24, 1.25)
    return { x: 2 * radius, y: clamp(volume / (Math.PI * radius * radius) + 0.45, 0.9, 4.2), z: 2 * radius }
  },
  drum: (item) => ({ x: clamp(1.2 + plateNumber(item, 'volume_m3', 6) * 0.14, 1.6, 3), y: 0.9, z: 0.9 }),
  silo: (item) => {
    const volume = plateNumber(item, 'volume_m3', 60)
    const s = volume < 1 ? 0.55 : clamp(Math.cbrt(volume) * 0.62, 2.2, 4)
    return { x: s, y: volume < 1 ? 1.05 : s * 1.5, z: s }
  },
  scrubber: (item) => ({ x: 2.6, y: clamp(6 + plateNumber(item, 'volume_m3', 40) * 0.06, 6.5, 11), z: 2.6 }),
  chimney: (item) => {
    const height = plateNumber(item, 'height_m', 30)
    const radius = clamp(plateNumber(item, 'dn_mm', 900) / (height < 8 ? 1000 : 650), 0.07, 1.6)
    return { x: 2 * radius, y: height < 8 ? height : height * 0.42, z: 2 * radius }
  },
  outdoor_unit: (item) => ({ x: 1.05, y: clamp(0.95 + (plateNumber(item, 'power_kw', 3) - 3) * 0.3, 0.9, 1.45), z: 0.45 }),
  deduster: (item) => ({ x: 2.4, y: 4.2, z: clamp(2 + plateNumber(item, 'power_kw', 15) * 0.02, 2.2, 3) }),
  fan: (item) => {
    const s = clamp(0.8 + plateNumber(item, 'power_kw', 90) * 0.003, 0.9, 1.4)
    return { x: 1.5 * s, y: 1.5 * s, z: 1.2 * s }
  },
}

const boilerSize = (item: EquipmentItem): Size => {
  const s = clamp(Math.cbrt(plateNumber(item, 'capacity_mw', 29) / 29), 0.55, 1.2)
  const gas = item.kind === 'boiler_gas'
  const electric = item.kind === 'boiler_electric'
  return { x: round((electric ? 2.1 : 2.9) * s), y: round((electric ? 3.8 : gas ? 2.9 : 3.7) * s), z: round((electric ? 2.1 : 4.6) * s) }
}

const FIXED: Readonly<Record<string, Size>> = {
  makeup_pump: { x: 0.36, y: 1, z: 0.44 },
  softener: { x: 1.3, y: 1.7, z: 0.6 },
  cabinet: { x: 0.9, y: 1.95, z: 0.45 },
  safety_valve: { x: 0.22, y: 0.45, z: 0.22 },
  gas_station: { x: 2, y: 1.8, z: 0.9 },
  transformer: { x: 2.2, y: 1.9, z: 1.4 },
  conveyor: { x: 0.8, y: 2.6, z: 3 },
  indoor_fan: { x: 0.9, y: 0.75, z: 0.22 },
  storage_heater: { x: 0.95, y: 0.72, z: 0.25 },
  pellet_stove: { x: 0.65, y: 1.15, z: 0.7 },
  straw_stove: { x: 0.8, y: 0.95, z: 0.8 },
  storage_boiler: { x: 0.8, y: 1.6, z: 0.8 },
  solar_collector: { x: 1.6, y: 1.7, z: 1.5 },
  radiator: { x: 1.1, y: 0.62, z: 0.12 },
  floor_coil: { x: 1.75, y: 0.06, z: 4.6 },
  manifold: { x: 0.7, y: 0.6, z: 0.16 },
  expansion_tank: { x: 0.34, y: 0.5, z: 0.34 },
  thermostat: { x: 0.12, y: 0.16, z: 0.04 },
  meter: { x: 0.34, y: 0.5, z: 0.16 },
}

/** Size of a piece by its kind and nameplate; what sits on a pipe grows with the pipe. */
export function sizeOf(item: EquipmentItem): Size {
  const grown = GROWING[item.kind]?.(item) ?? (item.kind.startsWith('boiler_') ? boilerSize(item) : FIXED[item.kind])
  if (grown) return { x: round(grown.x), y: round(grown.y), z: round(grown.z) }
  const r = radiusOf(item)
  return { x: round(r * 4.2), y: round(r * 6), z: round(r * 3.2) }
}

/** A point of a piece in the scene: turned about the vertical, then moved to its place. */
export function placed(piece: Pick<Piece, 'at' | 'turn'>, [x, y, z]: Vec3): Vec3 {
  const turned: Vec3 = ([[x, y, z], [z, y, -x], [-x, y, -z], [-z, y, x]] as const)[piece.turn]
  return [round(turned[0] + piece.at[0]), round(turned[1] + piece.at[1]), round(turned[2] + piece.at[2])]
}

type Ports = Readonly<Record<string, Vec3>>

const BOILER_PORTS = ({ y, z }: Size): Ports => ({ supply: [0, y, 0.2], return: [0, 0.5, z / 2 + 0.1], flue: [0, y * 0.62, -z / 2], feed: [0.7, y * 0.42, z / 2 + 0.1] })

const PORTS: Readonly<Record<string, (size: Size) => Ports>> = {
  plate_exchanger: ({ x }) => ({
    primary_in: [-x / 2 - 0.2, 1.5, -0.2],
    primary_out: [-x / 2 - 0.2, 0.5, -0.2],
    secondary_in: [-x / 2 - 0.2, 0.5, 0.2],
    secondary_out: [-x / 2 - 0.2, 1.5, 0.2],
  }),
  circulation_pump: ({ x, y }) => ({ suction: [x * 0.54, 0.5, 0], discharge: [x * 0.2, y + 0.22, 0] }),
  makeup_pump: ({ z }) => ({ suction: [0, 0.22, -z / 2], discharge: [0, 0.22, z / 2] }),
  tank: ({ x, y }) => ({ out: [0, 0.22, -x / 2], in: [0, y * 0.8, x / 2], supply: [-x / 2, y * 0.78, 0], return: [-x / 2, y * 0.3, 0], hot: [x / 2, y * 0.7, 0], cold: [x / 2, y * 0.3, 0] }),
  softener: ({ z }) => ({ out: [0.3, 0.6, -z / 2] }),
  deduster: ({ y, z }) => ({ in: [0, y * 0.5, z / 2], out: [0, y * 0.8, -z / 2] }),
  fan: ({ y, z }) => ({ in: [0, y * 0.5, z / 2], out: [0, y * 0.85, -z / 2] }),
  scrubber: ({ x }) => ({ in: [-x / 2, 1.3, 0], out: [x / 2, 4.6, 0] }),
  chimney: ({ x, y }) => ({ in: [-x / 2, Math.min(1.3, y * 0.2), 0] }),
  silo: ({ x }) => ({ out: [x / 2, 0.4, 0] }),
  gas_station: ({ x }) => ({ out: [x / 2, 0.9, 0] }),
  transformer: ({ x }) => ({ out: [x / 2, 1.2, 0] }),
  outdoor_unit: ({ x }) => ({ supply: [-x / 2, 0.55, 0], return: [-x / 2, 0.3, 0] }),
  indoor_fan: ({ y }) => ({ in: [-0.3, y * 0.5, -0.08], out: [0.3, y * 0.5, -0.08] }),
  pellet_stove: ({ y }) => ({ supply: [-0.3, y * 0.8, 0], return: [-0.3, 0.25, 0] }),
  straw_stove: ({ y }) => ({ supply: [-0.36, y * 0.8, 0], return: [-0.36, 0.25, 0] }),
  storage_boiler: ({ x, y }) => ({ supply: [-x / 2, y * 0.75, 0], return: [-x / 2, 0.3, 0] }),
  solar_collector: ({ x, y }) => ({ supply: [-x / 2, y * 0.85, -0.5], return: [-x / 2, 0.28, 0.55] }),
  storage_heater: () => ({ in: [0.4, 0.12, -0.1] }),
  radiator: ({ x }) => ({ in: [-x / 2 + 0.06, 0.12, 0], out: [x / 2 - 0.06, 0.12, 0] }),
  manifold: ({ x }) => ({ supply: [x / 2, 0.45, 0], return: [x / 2, 0.2, 0], out: [-x / 2, 0.45, 0], back: [-x / 2, 0.2, 0] }),
  floor_coil: ({ x, z }) => ({ in: [-x / 2 + 0.1, 0, -z / 2], out: [x / 2 - 0.1, 0, -z / 2] }),
  meter: ({ y }) => ({ out: [0, -y / 2, 0] }),
}

/** Where a port of a piece lies in the scene. */
export function portAt(piece: Piece, port: string): Vec3 {
  const ports = piece.kind.startsWith('boiler_') ? BOILER_PORTS(piece.size) : PORTS[piece.kind]?.(piece.size)
  const found = ports?.[port]
  if (!found) throw new Error(`${piece.kind} has no port ${port}`)
  return placed(piece, found)
}
