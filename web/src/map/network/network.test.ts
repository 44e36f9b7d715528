import { describe, expect, it } from 'vitest'
import { parseNetwork, POINT_LAYERS } from './network'

/** A network file of one building, one pipe and no points, as the server writes it. */
function file(version = 1): ArrayBuffer {
  const bodies: Record<string, number[]> = {
    'buildings.numbers': [2],
    'buildings.vertices': [3],
    'buildings.lon': [20, 2, 1],
    'buildings.lat': [40, 0, 2],
    'buildings.height_dm': [0xb4, 0x01],
    'pipes.numbers': [14],
    'pipes.vertices': [2],
    'pipes.lon': [20, 2],
    'pipes.lat': [40, 2],
    'pipes.medium': [1],
    'pipes.diameter_class': [4],
  }
  const counts: Record<string, number> = { 'buildings.lon': 3, 'buildings.lat': 3, 'pipes.lon': 2, 'pipes.lat': 2 }
  let offset = 0
  const sections = Object.entries(bodies).map(([name, bytes]) => {
    const section = { name, offset, length: bytes.length, count: counts[name] ?? 1 }
    offset += bytes.length
    return section
  })
  for (const layer of POINT_LAYERS) {
    for (const part of ['numbers', 'lon', 'lat']) sections.push({ name: `${layer}.${part}`, offset, length: 0, count: 0 })
  }
  const header = new TextEncoder().encode(JSON.stringify({ geometry_version: 77, sizes: { buildings: 2 }, names: {}, sections }))
  const body = Object.values(bodies).flat()
  const bytes = new Uint8Array(12 + header.length + body.length)
  bytes.set([67, 72, 78, 66, version])
  new DataView(bytes.buffer).setUint32(8, header.length, true)
  bytes.set(header, 12)
  bytes.set(body, 12 + header.length)
  return bytes.buffer
}

describe('parseNetwork', () => {
  it('reads numbers, shapes, heights and media', () => {
    const network = parseNetwork(file())
    expect(network.geometryVersion).toBe(77)
    expect([...network.buildings.numbers]).toEqual([1])
    expect([...network.buildings.lon]).toEqual([10, 11, 10])
    expect([...network.buildings.lat]).toEqual([20, 20, 21])
    expect([...network.buildings.heightDm]).toEqual([180])
    expect([...network.pipes.numbers]).toEqual([7])
    expect([...network.pipes.medium]).toEqual([1])
    expect(network.points.plants?.numbers).toHaveLength(0)
  })

  it('refuses other files and other versions', () => {
    expect(() => parseNetwork(new TextEncoder().encode('<!doctype html>').buffer as ArrayBuffer)).toThrow('not one')
    expect(() => parseNetwork(file(9))).toThrow('version 9')
  })
})
