/** Which parts of a buffer lie in which 600 m cell, and which cells the camera sees. */

export const CELL_M = 600

/** West, north, east, south in plane metres, and the greatest height. */
export interface Box {
  minX: number
  minY: number
  maxX: number
  maxY: number
  maxZ: number
}

/** A run of elements (indices, segments or points) in one cell; `roof` is the tail of a building run. */
export interface Cell extends Box {
  first: number
  count: number
  roofFirst: number
  roofCount: number
  minZoom: number
}

export interface Run {
  first: number
  count: number
}

/** Members of each cell, cells in reading order so that neighbours lie near each other in the buffer. */
export function groupByCell(count: number, x: (i: number) => number, y: (i: number) => number): Int32Array[] {
  const cells = new Map<number, number[]>()
  for (let i = 0; i < count; i++) {
    const key = Math.floor(y(i) / CELL_M) * 100_000 + Math.floor(x(i) / CELL_M)
    const members = cells.get(key)
    if (members) members.push(i)
    else cells.set(key, [i])
  }
  return [...cells.entries()].sort((a, b) => a[0] - b[0]).map(([, members]) => Int32Array.from(members))
}

export function emptyBox(): Box {
  return { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity, maxZ: 0 }
}

export function widen(box: Box, x: number, y: number): void {
  if (x < box.minX) box.minX = x
  if (x > box.maxX) box.maxX = x
  if (y < box.minY) box.minY = y
  if (y > box.maxY) box.maxY = y
}

/** Can any point of the box be inside the clip volume?  False only if all corners lie beyond one and the same side. */
export function isInView(box: Box, m: Float32Array): boolean {
  let left = 0
  let right = 0
  let below = 0
  let above = 0
  let behind = 0
  for (let corner = 0; corner < 8; corner++) {
    const x = corner & 1 ? box.maxX : box.minX
    const y = corner & 2 ? box.maxY : box.minY
    const z = corner & 4 ? box.maxZ : 0
    const cx = m[0]! * x + m[4]! * y + m[8]! * z + m[12]!
    const cy = m[1]! * x + m[5]! * y + m[9]! * z + m[13]!
    const cw = m[3]! * x + m[7]! * y + m[11]! * z + m[15]!
    if (cx < -cw) left++
    if (cx > cw) right++
    if (cy < -cw) below++
    if (cy > cw) above++
    if (cw <= 0) behind++
  }
  return left < 8 && right < 8 && below < 8 && above < 8 && behind < 8
}

/** Runs to draw: cells in view at this zoom, neighbours in the buffer joined into one run. */
export function visibleRuns(cells: readonly Cell[], matrix: Float32Array, zoom: number, roofsOnly = false): Run[] {
  const runs: Run[] = []
  for (const cell of cells) {
    if (zoom < cell.minZoom || !isInView(cell, matrix)) continue
    const first = roofsOnly ? cell.roofFirst : cell.first
    const count = roofsOnly ? cell.roofCount : cell.count
    const last = runs.at(-1)
    if (last && last.first + last.count === first) last.count += count
    else runs.push({ first, count })
  }
  return runs
}
