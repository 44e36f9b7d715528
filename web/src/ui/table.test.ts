import { expect, it } from 'vitest'
import { nextOrder, orderOf } from './table'

it('clicking a head goes ascending, descending, back', () => {
  expect(nextOrder('', 'name')).toBe('name')
  expect(nextOrder('name', 'name')).toBe('-name')
  expect(nextOrder('-name', 'name')).toBe('')
  expect(nextOrder('-name', 'level')).toBe('level')
})

it('a minus means descending', () => {
  expect(orderOf('-level')).toEqual({ key: 'level', descending: true })
})
