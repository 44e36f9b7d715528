import { describe, expect, it } from 'vitest'
import { formatBytes, formatMeasure, formatNumber, formatRatio, measure } from './format'

describe('formatNumber', () => {
  it.each([
    [1234.56, 1, '1,234.6'],
    [0, 2, '0.00'],
    [-0.04, 1, '0.0'],
    [-12.5, 1, '-12.5'],
    [null, 1, '—'],
    [Number.NaN, 1, '—'],
    [undefined, 0, '—'],
  ])('%s with %i decimals reads %s', (value, decimals, expected) => {
    expect(formatNumber(value, decimals)).toBe(expected)
  })
})

describe('measure', () => {
  it('keeps number and unit apart', () => {
    expect(measure(45.21, '℃', 1)).toEqual({ number: '45.2', unit: '℃' })
  })

  it('counts big totals in 万 and 亿 only when asked', () => {
    expect(formatMeasure(312_000_000, 'm²', 0, true)).toBe('3.12 亿 m²')
    expect(formatMeasure(235_595, '', 0, true)).toBe('23.56 万')
    expect(formatMeasure(99_999, '户', 0, true)).toBe('99,999 户')
    expect(formatMeasure(312_000_000, 'm²')).toBe('312,000,000 m²')
  })

  it('writes percent and degrees without a space', () => {
    expect(formatMeasure(96.25, '%', 1)).toBe('96.3%')
    expect(formatMeasure(-18, '℃')).toBe('-18℃')
  })

  it('shows a dash alone when there is no value', () => {
    expect(formatMeasure(null, 'MPa', 2)).toBe('—')
  })
})

it('formatRatio turns 0–1 into percent', () => {
  expect(formatRatio(0.9734)).toBe('97.3%')
  expect(formatRatio(undefined)).toBe('—')
})

it.each([
  [512, '512 B'],
  [1536, '1.5 KiB'],
  [3 * 1024 ** 3, '3.0 GiB'],
])('formatBytes(%i) is %s', (bytes, expected) => {
  expect(formatBytes(bytes)).toBe(expected)
})
