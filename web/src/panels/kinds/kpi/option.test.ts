import { expect, it } from 'vitest'
import { trendRuns } from './option'
import sample from './sample.json'

it('breaks the line where a value is missing', () => {
  expect(trendRuns(sample.trend, 80, 20)).toEqual(['0.0,20.0 20.0,13.3', '60.0,6.7 80.0,0.0'])
})

it('draws nothing of fewer than two values', () => {
  expect(trendRuns([null, 3], 80, 20)).toEqual([])
})

it('a flat trend is a flat line', () => {
  expect(trendRuns([5, 5], 80, 20)).toEqual(['0.0,20.0 80.0,20.0'])
})
