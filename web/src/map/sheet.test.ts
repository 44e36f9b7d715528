import { expect, it } from 'vitest'
import { cropped, niceLengthM } from './sheet'
import { measureFeatures } from './measureLayer'

it('a scale bar shows a round length', () => {
  expect([9, 10, 19, 20, 49, 70, 1_234, 26_000].map(niceLengthM)).toEqual([5, 10, 10, 20, 20, 50, 1_000, 20_000])
})

it('the middle of the picture fills the frame without stretching', () => {
  expect(cropped(1280, 720, 1)).toEqual({ x: 280, y: 0, width: 720, height: 720 })
  expect(cropped(400, 800, 2)).toEqual({ x: 0, y: 300, width: 400, height: 200 })
})

it('a measured ring closes and labels each side', () => {
  const ring = [[125.3, 43.8], [125.31, 43.8], [125.31, 43.81]] as const
  const area = measureFeatures('area', ring)
  expect(area.map(({ geometry }) => geometry.type)).toEqual(['Polygon', 'LineString', 'Point', 'Point', 'Point', 'Point', 'Point', 'Point'])
  expect(measureFeatures('distance', ring).filter(({ properties }) => 'label' in properties)).toHaveLength(2)
  expect(measureFeatures('distance', ring.slice(0, 1))).toHaveLength(1)
})
