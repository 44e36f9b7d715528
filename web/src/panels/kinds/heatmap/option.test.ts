import { expect, it } from 'vitest'
import type { Schemas } from '@/api/types'
import { DARK } from '@/ui/testLook'
import { heatmapCells, heatmapOption, ramp } from './option'
import sample from './sample.json'

const map = sample as Schemas['Heatmap']

it('places each value by column and row', () => {
  expect(heatmapCells(map.values)[4]).toEqual([1, 1, 20.2])
})

it('scales colours over what is known and leaves the rest blank', () => {
  const option = heatmapOption(map, DARK)
  expect(option.visualMap).toMatchObject({ min: 19.9, max: 21.1 })
  expect((option.series as { data: unknown[] }[])[0]?.data).toHaveLength(5)
})

it('never lets a name become markup', () => {
  const option = heatmapOption({ ...map, rows: ['<img>', 'b'] }, DARK)
  const { formatter } = option.tooltip as { formatter: (params: unknown) => string }
  expect(formatter({ value: [0, 0, 21.1] })).toContain('&#60;img&#62;')
})

it('paints what is good green, whichever end that is', () => {
  expect(ramp('higher_is_better', DARK).at(-1)).toBe(DARK.tokens.ok)
  expect(ramp('higher_is_worse', DARK)).toEqual(ramp('higher_is_better', DARK).reverse())
  expect(ramp('neutral', DARK)).not.toContain(DARK.tokens.level1)
})

it('keeps the ends of the colours that the panel names', () => {
  expect(heatmapOption({ ...map, low: 0, high: 100 }, DARK).visualMap).toMatchObject({ min: 0, max: 100 })
})
