/** Fetches the network file and expands it to buffers, off the page's thread. */
import { anchors, expandBuildings, expandLines, expandPoints } from './expand'
import type { LoadedNetwork, LoadRequest, WorkerNews } from './messages'
import { parseNetwork } from './network'

class Refused extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`)
  }
}

async function download(url: string, progress: (loaded: number, total: number) => void): Promise<ArrayBuffer> {
  const response = await fetch(url, { credentials: 'same-origin' })
  if (!response.ok || !response.body) throw new Refused(response.status)
  const total = Number(response.headers.get('Content-Length') ?? 0)
  const parts: Uint8Array[] = []
  let loaded = 0
  const reader = response.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    parts.push(value)
    loaded += value.length
    progress(loaded, total)
  }
  const whole = new Uint8Array(loaded)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole.buffer
}

function expand(buffer: ArrayBuffer, request: LoadRequest): LoadedNetwork {
  const began = performance.now()
  const network = parseNetwork(buffer)
  const { sizes, buildings, pipes, points } = network
  const layers = Object.entries(points)
  return {
    geometryVersion: network.geometryVersion,
    sizes,
    names: network.names,
    numbers: Object.fromEntries(layers.map(([layer, run]) => [layer, run.numbers])),
    anchors: {
      buildings: anchors(buildings, sizes.buildings ?? 0, buildings.vertices),
      pipes: anchors(pipes, sizes.pipes ?? 0, pipes.vertices),
      ...Object.fromEntries(layers.map(([layer, run]) => [layer, anchors(run, sizes[layer] ?? 0)])),
    },
    buildings: expandBuildings(buildings, request.plane),
    lines: expandLines(pipes, request.plane, request.secondaryMinZoom),
    points: Object.fromEntries(layers.map(([layer, run]) => [layer, expandPoints(run, request.plane)])),
    rawLines: { numbers: pipes.numbers, vertices: pipes.vertices, lon: pipes.lon, lat: pipes.lat, medium: pipes.medium },
    bytes: buffer.byteLength,
    expandMs: performance.now() - began,
  }
}

/** Every large buffer moves to the page instead of being copied. */
function buffersOf(network: LoadedNetwork): Transferable[] {
  return [
    network.buildings.vertices,
    network.buildings.indices.buffer,
    network.lines.data,
    ...Object.values(network.points).map((run) => run.data),
    ...Object.values(network.anchors).map((run) => run.buffer as ArrayBuffer),
  ]
}

self.onmessage = async ({ data }: MessageEvent<LoadRequest>) => {
  const say = (news: WorkerNews, transfer: Transferable[] = []): void => self.postMessage(news, { transfer })
  try {
    const buffer = await download(data.url, (loaded, total) => say({ type: 'progress', loaded, total }))
    const network = expand(buffer, data)
    say({ type: 'loaded', network }, buffersOf(network))
  } catch (error) {
    const status = error instanceof Refused ? error.status : 0
    say({ type: 'failed', status, message: error instanceof Error ? error.message : String(error) })
  }
}
