import { createExpression } from '@maplibre/maplibre-gl-style-spec'
import { expect, it } from 'vitest'
import { areaColour } from './areas'

it('an owner keeps his colour and the expression is one that the map accepts', () => {
  const made = createExpression(areaColour(['#ff0000', '#00ff00', '#0000ff']) as never, { type: 'color' } as never)
  expect(made.result).toBe('success')
  if (made.result !== 'success') return
  const colour = (id: number): string => String(made.value.evaluate({ zoom: 12 } as never, { type: 'Polygon', id, properties: {} } as never))
  expect([3, 4, 5, 6].map(colour)).toEqual([colour(0), colour(1), colour(2), colour(0)])
  expect(new Set([0, 1, 2].map(colour)).size).toBe(3)
})
