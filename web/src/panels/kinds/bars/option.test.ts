import { expect, it } from 'vitest'
import type { Schemas } from '@/api/types'
import { DARK } from '@/ui/testLook'
import { barsOption } from './option'
import sample from './sample.json'

const bars = sample as Schemas['Bars']
const seriesOf = (input: Schemas['Bars']) => barsOption(input, DARK).series as { stack?: string; data: (number | null)[] }[]

it('stacks lines of one unit when asked', () => {
  expect(seriesOf(bars).map(({ stack }) => stack)).toEqual(['座', '座'])
  expect(seriesOf({ ...bars, is_stacked: false })[0]?.stack).toBeUndefined()
})

it('keeps a missing value empty', () => {
  expect(seriesOf(bars)[1]?.data).toEqual([3, null, 1])
})

it('turns the labels when there are many categories', () => {
  const categories = Array.from({ length: 17 }, (_, i) => `区${i}`)
  expect(barsOption({ ...bars, categories }, DARK).xAxis).toMatchObject({ axisLabel: { rotate: 40 } })
})
