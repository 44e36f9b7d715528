/** What a live state message says (26-byte header, zlib payload; see the server's `twin/live_frames.py`). */
import { unzlibSync } from 'fflate'

const MAGIC = 0x4843
const VERSION = 1
const HEADER_BYTES = 26
const FULL = 0
const DELTA = 1

export interface StateFrame {
  geometryVersion: number
  seq: number
  /** Platform minute, epoch seconds. */
  time: number
  theme: number
  layer: number
  /** Changed objects; null when `states` is the whole layer. */
  numbers: Uint32Array | null
  states: Uint8Array
}

/** The frame in a message, null for anything else: a newer server may say what we do not know. */
export function decodeFrame(buffer: ArrayBuffer): StateFrame | null {
  if (buffer.byteLength < HEADER_BYTES) return null
  const view = new DataView(buffer)
  const kind = view.getUint8(3)
  if (view.getUint16(0, true) !== MAGIC || view.getUint8(2) !== VERSION || kind > DELTA) return null
  const count = view.getUint32(22, true)
  const payload = unzlibSync(new Uint8Array(buffer, HEADER_BYTES))
  if (payload.length !== count * (kind === FULL ? 1 : 5)) return null
  return {
    geometryVersion: view.getUint32(4, true),
    seq: view.getUint32(8, true),
    time: Number(view.getBigInt64(12, true)),
    theme: view.getUint8(20),
    layer: view.getUint8(21),
    numbers: kind === FULL ? null : new Uint32Array(payload.slice(0, 4 * count).buffer),
    states: kind === FULL ? payload : payload.subarray(4 * count),
  }
}
