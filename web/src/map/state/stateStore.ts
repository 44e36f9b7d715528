/** Which state every object is in, kept whole by full frames and deltas, or known to be in need of a full one. */
import type { StateFrame } from './frame'

/** What a frame meant: `ignored` (old or other theme), `gap` (ask for a full state), `geometry` (reload), or changes. */
export type Applied =
  | { outcome: 'ignored' | 'gap' | 'geometry' }
  | { outcome: 'applied'; layer: string; changed: Uint32Array | null }

export class StateStore {
  private readonly states = new Map<string, Uint8Array>()
  private readonly seq = new Map<string, number>()
  private theme = -1

  constructor(
    private readonly geometryVersion: number,
    private readonly layerOf: ReadonlyMap<number, string>,
    sizes: Readonly<Record<string, number>>,
  ) {
    for (const layer of layerOf.values()) this.states.set(layer, new Uint8Array(sizes[layer] ?? 0))
  }

  /** Forget all states: another theme's are on their way. */
  expect(theme: number): void {
    this.theme = theme
    this.seq.clear()
    for (const states of this.states.values()) states.fill(0)
  }

  of(layer: string): Uint8Array {
    return this.states.get(layer) ?? new Uint8Array(0)
  }

  stateOf(layer: string, number: number): number {
    return this.of(layer)[number] ?? 0
  }

  /** A past minute's states instead of live ones; until `expect` live frames find a gap. */
  put(layer: string, states: Uint8Array): void {
    const held = this.of(layer)
    held.fill(0)
    held.set(states.subarray(0, held.length))
    this.seq.delete(layer)
  }

  apply(frame: StateFrame): Applied {
    if (frame.geometryVersion !== this.geometryVersion) return { outcome: 'geometry' }
    const layer = this.layerOf.get(frame.layer)
    if (frame.theme !== this.theme || layer === undefined) return { outcome: 'ignored' }
    const last = this.seq.get(layer)
    if (frame.numbers === null) return this.replace(layer, frame)
    if (last !== undefined && frame.seq <= last) return { outcome: 'ignored' }
    if (last === undefined || frame.seq !== last + 1) return { outcome: 'gap' }
    return this.change(layer, frame, frame.numbers)
  }

  private replace(layer: string, frame: StateFrame): Applied {
    const held = this.of(layer)
    const size = Math.min(held.length, frame.states.length)
    held.fill(0)
    held.set(frame.states.subarray(0, size))
    this.seq.set(layer, frame.seq)
    return { outcome: 'applied', layer, changed: null }
  }

  private change(layer: string, frame: StateFrame, numbers: Uint32Array): Applied {
    const held = this.of(layer)
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i]!
      if (number < held.length) held[number] = frame.states[i]!
    }
    this.seq.set(layer, frame.seq)
    return { outcome: 'applied', layer, changed: numbers }
  }
}
