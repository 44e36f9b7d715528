import { expect, it } from 'vitest'
import type { Schemas } from '@/api/types'
import { DARK } from '@/ui/testLook'
import { gaugeOption, targetPlace } from './option'
import sample from './sample.json'

const gauge = sample as Schemas['Gauge']

it.each([
  [95, 0.75],
  [null, null],
  [120, null],
])('a target of %s lies at %s', (target, place) => {
  expect(targetPlace({ ...gauge, target })).toBe(place)
})

it('shows a dash and no progress without a value', () => {
  const empty = { ...gauge, measure: { ...gauge.measure, value: null } }
  const [dial] = gaugeOption(empty, DARK).series as { progress: { show: boolean }; detail: { formatter: () => string } }[]
  expect(dial?.progress.show).toBe(false)
  expect(dial?.detail.formatter()).toBe('—')
})
