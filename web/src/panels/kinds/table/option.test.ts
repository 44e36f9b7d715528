import { expect, it } from 'vitest'
import type { Schemas } from '@/api/types'
import { cellText, isNumeric } from './option'
import sample from './sample.json'

const table = sample as Schemas['Table']
const [name, , temp, on] = table.columns as [Schemas['Column'], Schemas['Column'], Schemas['Column'], Schemas['Column']]

it('only measured numbers stand on the right', () => {
  expect(table.columns.map((_, i) => isNumeric(table, i))).toEqual([false, false, true, false])
})

it.each([
  [45.25, temp, '45.3'],
  [null, temp, '—'],
  [true, on, '是'],
  ['甲站', name, '甲站'],
])('%s reads %s', (cell, column, text) => {
  expect(cellText(cell, column)).toBe(text)
})
