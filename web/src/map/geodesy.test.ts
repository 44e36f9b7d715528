import { describe, expect, it } from 'vitest'
import { areaM2, areaText, distanceM, lengthM, lengthText } from './geodesy'

describe('on the ellipsoid', () => {
  it('distances agree with PROJ to a millimetre', () => {
    expect(distanceM([125.3235, 43.8171], [125.4, 43.9])).toBeCloseTo(11_075.587389, 3)
    expect(distanceM([0, 0], [1, 0])).toBeCloseTo(111_319.490793, 3)
    expect(distanceM([125, 44], [125, 44])).toBe(0)
  })

  it('areas agree with PROJ', () => {
    const small = areaM2([[125.3, 43.8], [125.31, 43.8], [125.31, 43.81], [125.3, 43.81]])
    expect(Math.abs(small / 894_071.9796 - 1)).toBeLessThan(1e-5)
    const triangle = areaM2([[125.3, 43.8], [125.35, 43.9], [125.4, 43.82]])
    expect(Math.abs(triangle / 40_224_604.8555 - 1)).toBeLessThan(2e-5)
    const wide = areaM2([[125, 43], [126, 43], [126, 44], [125, 44]])
    expect(Math.abs(wide / 8_985_387_394.84 - 1)).toBeLessThan(2e-5)
  })

  it('a line is the sum of its pieces and two points hold no area', () => {
    const [a, b, c] = [[125.3, 43.8], [125.4, 43.8], [125.4, 43.9]] as const
    expect(lengthM([a, b, c])).toBeCloseTo(distanceM(a, b) + distanceM(b, c), 6)
    expect(lengthM([a])).toBe(0)
    expect(areaM2([a, b])).toBe(0)
  })
})

it('figures are written in units of their size', () => {
  expect([lengthText(12.34), lengthText(1234.5), lengthText(123_456), lengthText(Number.NaN)]).toEqual(['12.3 m', '1.234 km', '123.5 km', '—'])
  expect([areaText(812), areaText(25_000), areaText(2.5e6)]).toEqual(['812 m²', '2.500 公顷', '2.500 km²'])
})
