import { describe, expect, it } from 'vitest'
import { DARK as look } from '@/ui/testLook'
import { dimensionHeatmap, gradeTone, trendOption } from './charts'
import { byPlace, changeText, movedText, shareOf } from './models'
import type { Score, Words } from './queries'

const GRADES = [
  { code: 'A', zh: '优', low: 95 },
  { code: 'B', zh: '良', low: 85 },
  { code: 'C', zh: '中', low: 70 },
  { code: 'D', zh: '差', low: 0 },
  { code: 'E', zh: '劣', low: 0 },
]

function score(name: string, place: number, points: Record<string, number | null> = {}, total: number | null = 90): Score {
  return {
    subject_kind: 'company', subject_id: place, name, data_set: '', data_set_name: '', total, grade: 'B', points,
    checks: 1, violations: 0, place, of: 2, change: null, moved: 0,
  }
}

describe('words of a ranking', () => {
  it.each([[2, '▲2'], [-1, '▼1'], [0, '']])('%d places', (moved, text) => expect(movedText(moved)).toBe(text))
  it.each([[1.5, '+1.50'], [-0.25, '-0.25'], [0, '0.00'], [null, '—']])('%s points', (change, text) => {
    expect(changeText(change)).toBe(text)
  })
  it('puts who has no place last', () => {
    expect(byPlace([score('无', 0), score('二', 2), score('一', 1)]).map(({ name }) => name)).toEqual(['一', '二', '无'])
  })
})

it('a share of weights that are all zero is zero', () => {
  expect(shareOf(0, [0, 0])).toBe(0)
  expect(shareOf(0.3, [0.3, 0.9])).toBeCloseTo(0.25)
})

it('grades beyond the tones are critical, unknown ones neutral', () => {
  expect(['A', 'B', 'C', 'D', 'E', 'X'].map((code) => gradeTone(code, GRADES))).toEqual([
    'good', 'neutral', 'warning', 'critical', 'critical', 'neutral',
  ])
})

it('the heat map has a column a dimension and the total; its colours end at 100', () => {
  const words = { dimensions: { accuracy: '准确性', timeliness: '时效性' } } as unknown as Words
  const option = dimensionHeatmap([score('甲', 1, { accuracy: 88.5 })], words, look)
  expect(option.xAxis).toMatchObject({ data: ['准确性', '时效性', '总分'] })
  expect(option.visualMap).toMatchObject({ min: 88, max: 100 })
})

it('a trend keeps its gaps and draws the second line dashed', () => {
  const one = { name: '甲', periods: ['2027-01', '2027-02'], starts: [], totals: [null, 91], grades: [], points: {}, slope: null }
  const option = trendOption([one, { ...one, name: '全市' }], look)
  expect(option.series).toMatchObject([{ data: [null, 91], lineStyle: { type: 'solid' } }, { lineStyle: { type: 'dashed' } }])
})
