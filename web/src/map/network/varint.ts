/** How the network file's integers are read: LEB128 varints, zigzag, running sums. */

/** `count` unsigned 32-bit values; a `RangeError` if the bytes hold fewer or more. */
export function decodeVarints(bytes: Uint8Array, count: number): Uint32Array {
  const values = new Uint32Array(count)
  let at = 0
  for (let i = 0; i < count; i++) {
    let value = 0
    let weight = 1
    let octet: number
    do {
      if (at >= bytes.length) throw new RangeError('varint: the data ends early')
      octet = bytes[at++]!
      value += (octet & 0x7f) * weight
      weight *= 128
    } while (octet & 0x80)
    values[i] = value
  }
  if (at !== bytes.length) throw new RangeError('varint: more data than values')
  return values
}

/** `count` signed values stored as zigzag differences. */
export function decodeDeltas(bytes: Uint8Array, count: number): Int32Array {
  const coded = decodeVarints(bytes, count)
  const values = new Int32Array(count)
  let sum = 0
  for (let i = 0; i < count; i++) {
    const value = coded[i]!
    sum += (value >>> 1) ^ -(value & 1)
    values[i] = sum
  }
  return values
}
