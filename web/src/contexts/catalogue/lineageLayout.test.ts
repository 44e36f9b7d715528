import { describe, expect, it } from 'vitest'
import { pieces } from './highlight'
import { MOST_A_KIND, NODE_WIDTH, pictureOf } from './lineageLayout'
import type { Lineage } from './queries'

const node = (id: string, step: number, kind = 'table') => ({ id, kind, zh: id, step })

const LINEAGE: Lineage = {
  focus: 'b',
  nodes: [node('a1', -1), node('a2', -1), node('b', 0), node('c2', 1), node('c1', 1)],
  edges: [
    { source: 'a1', target: 'b' },
    { source: 'a2', target: 'b' },
    { source: 'b', target: 'c1' },
    { source: 'b', target: 'c2' },
  ],
  is_cut: false,
}

describe('a lineage', () => {
  it('reads from left to right and never overlaps', () => {
    const { nodes, wires, width, height } = pictureOf(LINEAGE)
    const x = Object.fromEntries(nodes.map((one) => [one.id, one.x]))
    expect(x.a1).toBeLessThan(x.b ?? 0)
    expect(x.b).toBeLessThan(x.c1 ?? 0)
    expect(wires).toHaveLength(4)
    expect(new Set(nodes.map((one) => `${one.x}/${one.y}`)).size).toBe(nodes.length)
    expect(Math.max(...nodes.map((one) => one.x + NODE_WIDTH))).toBeLessThan(width)
    expect(nodes.every((one) => one.y >= 0 && one.y < height)).toBe(true)
  })

  it('folds long columns of a kind into one node, until it is opened', () => {
    const many = Array.from({ length: MOST_A_KIND + 1 }, (_, i) => node(`r${i}`, 1, 'rule'))
    const lineage = { ...LINEAGE, nodes: [node('b', 0), ...many], edges: many.map(({ id }) => ({ source: 'b', target: id })) }
    const closed = pictureOf(lineage)
    expect(closed.nodes.map(({ id, count }) => [id, count])).toEqual([['b', 1], ['more:1/rule', MOST_A_KIND + 1]])
    expect(closed.wires).toHaveLength(1)
    expect(pictureOf(lineage, new Set(['1/rule'])).nodes).toHaveLength(MOST_A_KIND + 2)
  })

  it('untangles crossing edges', () => {
    const crossed: Lineage = {
      ...LINEAGE,
      nodes: [node('a1', 0), node('a2', 0), node('b2', 1), node('b1', 1)],
      edges: [{ source: 'a1', target: 'b1' }, { source: 'a2', target: 'b2' }],
    }
    const y = Object.fromEntries(pictureOf(crossed).nodes.map((one) => [one.id, one.y]))
    expect(Math.sign((y.a1 ?? 0) - (y.a2 ?? 0))).toBe(Math.sign((y.b1 ?? 0) - (y.b2 ?? 0)))
  })
})

describe('hits', () => {
  it('marks every word whatever its case, the rest stays', () => {
    expect(pieces('二次供水温度 Temp temp', '供水 TEMP')).toEqual([
      { text: '二次', hit: false }, { text: '供水', hit: true }, { text: '温度 ', hit: false },
      { text: 'Temp', hit: true }, { text: ' ', hit: false }, { text: 'temp', hit: true },
    ])
  })
  it('shows the surroundings of the first hit of a long text', () => {
    const shown = pieces(`${'前'.repeat(50)}温度${'后'.repeat(50)}`, '温度', 20)
    expect(shown.some(({ hit, text }) => hit && text === '温度')).toBe(true)
    expect(shown.map(({ text }) => text).join('').length).toBeLessThanOrEqual(22)
  })
  it('nothing searched, nothing marked', () => {
    expect(pieces('温度', ' ')).toEqual([{ text: '温度', hit: false }])
  })
})
