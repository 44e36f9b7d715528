/** Past states out of an hour's messages: which minutes it holds, and every layer as it was at one of them. */
import { decodeFrame, type StateFrame } from './frame'

export const HOUR_S = 3_600

/** The messages of an hour's chunk, each behind its length (u32); what cannot be read is left out. */
export function framesOf(chunk: ArrayBuffer): StateFrame[] {
  const view = new DataView(chunk)
  const frames: StateFrame[] = []
  let at = 0
  while (at + 4 <= chunk.byteLength) {
    const length = view.getUint32(at, true)
    at += 4
    if (at + length > chunk.byteLength) break
    const frame = decodeFrame(chunk.slice(at, at + length))
    if (frame) frames.push(frame)
    at += length
  }
  return frames
}

/** One hour that is played forth; going back begins at its head again. */
export class ReplayHour {
  private readonly layers = new Map<number, Uint8Array>()
  private next = 0

  constructor(
    readonly start: number,
    private readonly frames: readonly StateFrame[],
    private readonly geometryVersion: number,
  ) {}

  /** Minutes of which a picture is kept. */
  get minutes(): number[] {
    return [...new Set(this.frames.map(({ time }) => time))]
  }

  /** Was the map drawn of other objects then? */
  get isOfAnotherMap(): boolean {
    return this.frames.some(({ geometryVersion }) => geometryVersion !== this.geometryVersion)
  }

  /** Layer code → states at the moment; empty before the hour's first picture. */
  statesAt(time: number): ReadonlyMap<number, Uint8Array> {
    const last = this.frames[this.next - 1]
    if (last && last.time > time) {
      this.next = 0
      this.layers.clear()
    }
    for (let frame = this.frames[this.next]; frame && frame.time <= time; frame = this.frames[++this.next]) this.apply(frame)
    return this.layers
  }

  private apply({ layer, numbers, states }: StateFrame): void {
    if (!numbers) {
      this.layers.set(layer, states.slice())
      return
    }
    const held = this.layers.get(layer)
    if (held) for (let i = 0; i < numbers.length; i++) if (numbers[i]! < held.length) held[numbers[i]!] = states[i]!
  }
}
