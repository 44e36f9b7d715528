import { describe, expect, it } from 'vitest'
import { choicesOf, iconsOf, passing, type MarkFilter } from './marks'
import type { PlacedMark } from './replayQueries'

function mark(sort: string, number: number, level: number, problem = 'x', model = 'm', kind = 'substation'): PlacedMark {
  const about = { object_kind: kind, object_number: number, object_name: '', at: 0, text: '', path: '', id: number }
  const what = { problem, problem_zh: problem, model, model_zh: model }
  return { layer: 'substations', number, mark: { sort, level, ...what, ...about } }
}

const all = [mark('alert', 1, 3), mark('alert', 1, 1, 'y'), mark('alert', 2, 4, 'x', 'n', 'unit'), mark('order', 1, 2)]
const open: MarkFilter = { sorts: new Set(['alert', 'order']), kind: '', problem: '', model: '', level: 0 }

describe('marks', () => {
  it('passes what fits every chosen field', () => {
    expect(passing(all, open)).toHaveLength(4)
    expect(passing(all, { ...open, sorts: new Set(['order']) })).toHaveLength(1)
    expect(passing(all, { ...open, problem: 'y' })).toHaveLength(1)
    expect(passing(all, { ...open, model: 'n' })).toHaveLength(1)
    expect(passing(all, { ...open, kind: 'unit' })).toHaveLength(1)
    expect(passing(all, { ...open, level: 1, kind: 'unit' })).toHaveLength(0)
  })

  it('counts what can be chosen', () => {
    expect(choicesOf(all, ({ mark: m }) => [m.problem, m.problem_zh])).toEqual([
      { value: 'x', zh: 'x', count: 3 },
      { value: 'y', zh: 'y', count: 1 },
    ])
  })

  it('puts one icon of a sort at an object, as grave as the gravest', () => {
    expect(iconsOf(all)).toEqual([
      { layer: 'substations', number: 1, sort: 'alert', level: 1, count: 2 },
      { layer: 'substations', number: 2, sort: 'alert', level: 4, count: 1 },
      { layer: 'substations', number: 1, sort: 'order', level: 2, count: 1 },
    ])
  })
})
