import { expect, it } from 'vitest'
import { commandOf, placesOf } from './matching'
import type { MatchCase } from './upkeep'

const candidate = (number: number) => ({ number, code: '', name: `小区${number}`, longitude: 125 + number / 100, latitude: 43, probability: 0.9, metres: 10, reasons: [] })
const FOUND = { id: 7, name: '楼', longitude: 125, latitude: 43, present: 2, candidates: [1, 2, 3, 4].map(candidate) } as unknown as MatchCase

it('shows the record above its three best candidates', () => {
  const places = placesOf(FOUND)
  expect(places.map(({ label, tone }) => [label, tone])).toEqual([['1 小区1', 'good'], ['现 小区2', 'other'], ['3 小区3', 'other'], ['楼', 'main']])
  expect(placesOf(null)).toEqual([])
  expect(placesOf({ ...FOUND, longitude: null })).toEqual([])
})

it('knows the keys of the queue', () => {
  expect(['j', 'k', 'Enter', 'x', 'u', '2', 'q'].map(commandOf)).toEqual(['next', 'previous', 'accept', 'keep', 'undo', { candidate: 1 }, null])
})
