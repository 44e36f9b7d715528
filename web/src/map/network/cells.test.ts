import { describe, expect, it } from 'vitest'
import { CELL_M, groupByCell, isInView, visibleRuns, type Cell } from './cells'

/** Clip space of a camera above: ±1000 m both ways. */
const ABOVE = Float32Array.of(0.001, 0, 0, 0, 0, 0.001, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)

function cell(minX: number, first: number, more: Partial<Cell> = {}): Cell {
  const box = { minX, maxX: minX + CELL_M, minY: -100, maxY: 100, maxZ: 30 }
  return { ...box, first, count: 10, roofFirst: first + 8, roofCount: 2, minZoom: 0, ...more }
}

describe('cells', () => {
  it('puts every member into exactly one cell', () => {
    const x = [0, 10, CELL_M + 1, -1, 5]
    const members = groupByCell(x.length, (i) => x[i]!, () => 0)
    expect(members.map((run) => [...run])).toEqual([[3], [0, 1, 4], [2]])
  })

  it('sees a box that crosses the edge and not one wholly beyond it', () => {
    expect(isInView(cell(900, 0), ABOVE)).toBe(true)
    expect(isInView(cell(1001, 0), ABOVE)).toBe(false)
    expect(isInView(cell(-2000, 0), ABOVE)).toBe(false)
  })

  it('joins neighbours in the buffer into one run and leaves unseen ones out', () => {
    const cells = [cell(-600, 0), cell(0, 10), cell(5000, 20), cell(600, 30)]
    expect(visibleRuns(cells, ABOVE, 14)).toEqual([{ first: 0, count: 20 }, { first: 30, count: 10 }])
  })

  it('draws roofs alone when the city is flat, and nothing below a run’s own zoom', () => {
    const cells = [cell(0, 0), cell(0, 10, { minZoom: 12.5 })]
    expect(visibleRuns(cells, ABOVE, 11, true)).toEqual([{ first: 8, count: 2 }])
    expect(visibleRuns(cells, ABOVE, 13, true)).toEqual([{ first: 8, count: 2 }, { first: 18, count: 2 }])
  })
})
