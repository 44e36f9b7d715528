import { expect, it } from 'vitest'
import { barShares } from './option'
import sample from './sample.json'

it('the largest value has the whole bar, a missing one none', () => {
  expect(barShares(sample.entries.map(({ value }) => value))).toEqual([1, 0.5, 0])
})

it('negative values count by their size', () => {
  expect(barShares([-4, 2])).toEqual([1, 0.5])
})
