/** What is in a network file: header, shapes and points in micro-degrees. */
import { decodeDeltas, decodeVarints } from './varint'

const MAGIC = 'CHNB'
const VERSION = 1
const PREFIX_BYTES = 12

interface Section {
  name: string
  offset: number
  length: number
  count: number
}

interface Header {
  geometry_version: number
  sizes: Record<string, number>
  sections: Section[]
  names: Record<string, string[]>
}

export interface Points {
  numbers: Int32Array
  /** Micro-degrees. */
  lon: Int32Array
  lat: Int32Array
}

/** Shape i has `vertices[i]` vertices of the run. */
export interface Shapes extends Points {
  vertices: Uint32Array
}

export interface Network {
  geometryVersion: number
  sizes: Record<string, number>
  names: Record<string, string[]>
  buildings: Shapes & { heightDm: Uint32Array }
  pipes: Shapes & { medium: Uint32Array; diameterClass: Uint32Array }
  points: Record<string, Points>
}

export const POINT_LAYERS = ['plants', 'branches', 'boilers', 'substations', 'devices', 'weather', 'valves'] as const

/** The network in a file's bytes; an `Error` that says what is wrong with any other bytes. */
export function parseNetwork(buffer: ArrayBuffer): Network {
  const { header, bodyAt } = readHeader(buffer)
  const sections = new Map(header.sections.map((section) => [section.name, section]))

  function section(name: string): { bytes: Uint8Array; count: number } {
    const found = sections.get(name)
    if (!found) throw new Error(`network file: no section ${name}`)
    return { bytes: new Uint8Array(buffer, bodyAt + found.offset, found.length), count: found.count }
  }
  const deltas = (name: string): Int32Array => decodeDeltas(section(name).bytes, section(name).count)
  const plain = (name: string): Uint32Array => decodeVarints(section(name).bytes, section(name).count)
  const points = (layer: string): Points => ({
    numbers: deltas(`${layer}.numbers`),
    lon: deltas(`${layer}.lon`),
    lat: deltas(`${layer}.lat`),
  })
  const shapes = (layer: string): Shapes => ({ ...points(layer), vertices: plain(`${layer}.vertices`) })

  return {
    geometryVersion: header.geometry_version,
    sizes: header.sizes,
    names: header.names,
    buildings: { ...shapes('buildings'), heightDm: plain('buildings.height_dm') },
    pipes: { ...shapes('pipes'), medium: plain('pipes.medium'), diameterClass: plain('pipes.diameter_class') },
    points: Object.fromEntries(POINT_LAYERS.map((layer) => [layer, points(layer)])),
  }
}

function readHeader(buffer: ArrayBuffer): { header: Header; bodyAt: number } {
  const bytes = new Uint8Array(buffer)
  const magic = String.fromCharCode(...bytes.subarray(0, 4))
  if (bytes.length < PREFIX_BYTES || magic !== MAGIC) throw new Error('network file: not one')
  if (bytes[4] !== VERSION) throw new Error(`network file: version ${bytes[4]} is not known`)
  const length = new DataView(buffer).getUint32(8, true)
  const text = new TextDecoder().decode(bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + length))
  return { header: JSON.parse(text) as Header, bodyAt: PREFIX_BYTES + length }
}
