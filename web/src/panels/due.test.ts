import { expect, it } from 'vitest'
import { dueKeys, isStale } from './due'
import { isEmpty, type PanelAnswer } from './kinds/result'

function answer(key: string, at: number, refresh_s: number): PanelAnswer {
  return { key, at, about: { zh: key, formula: '', source: '', refresh_s, drill: '', empty: '' }, result: null, error: null }
}

it('asks again for what has outlived its refresh time, never for what has none', () => {
  expect(dueKeys([answer('a', 1_000, 60), answer('b', 1_000, 300), answer('c', 0, 0)], 1_070)).toEqual(['a'])
})

it('a panel is stale only after several missed refreshes', () => {
  expect(isStale(answer('a', 1_000, 60), 1_200)).toBe(false)
  expect(isStale(answer('a', 1_000, 60), 1_241)).toBe(true)
})

it('knows when there is nothing to draw', () => {
  expect(isEmpty({ kind: 'pie', unit: '座', shares: [{ name: 'x', value: 0, tone: 'neutral' }] })).toBe(true)
  expect(isEmpty({ kind: 'note', text: '' })).toBe(false)
})
