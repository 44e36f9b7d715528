import { expect, it } from 'vitest'
import { exportRows, ruleName, toneOf, valueRows } from './valueTable'
import type { OriginalPage } from './valueQueries'

const RULE = { number: 12, version: 2, name: '室温上限', code: 'B-12', expression: '室温 <= 40', family: '边界', level: 3 }
const CLEANED = { raw: 99, value: 21.4, method: 5, method_zh: '线性插值', verdict: 4, verdict_zh: '补全', confirmation: null, rule: RULE }
const PAGE = {
  signals: [
    { signal: 'room_temp_c', zh: '室温', unit: '℃', decimals: 1, is_reported: true },
    { signal: 'humidity_pct', zh: '湿度', unit: '%', decimals: 0, is_reported: true },
  ],
  rows: [
    {
      minute: 600,
      values: [99, 40],
      batch: { sequence: 7, received_at: 665, lag_s: 5, rows: 3, repeated_rows: 0 },
      items: [{ signal: 'room_temp_c', verdict: 2, verdict_zh: '错误', rules: [RULE], cleaned: CLEANED }],
      row_rules: [],
    },
    { minute: 660, values: [21, null], batch: null, items: [{ signal: 'humidity_pct', verdict: 3, verdict_zh: '缺失', rules: [], cleaned: null }], row_rules: [{ ...RULE, name: '迟报', code: '' }] },
  ],
} as unknown as OriginalPage

it('marks what is odd with its reason and what stands in its place', () => {
  const [first, second] = valueRows(PAGE)
  expect(first?.cells[0]).toEqual({ signal: 'room_temp_c', text: '99.0', tone: 'bad', reason: '错误；B-12 室温上限 第2版', cleaned: '21.4（线性插值）' })
  expect(first?.cells[1]).toMatchObject({ text: '40', tone: '', reason: '' })
  expect(second?.cells[1]).toMatchObject({ text: '—', tone: 'missing' })
  expect(second?.rowReason).toBe('迟报 第2版')
})

it('a value that broke a rule without losing trust is amber, a confirmed one green', () => {
  expect([toneOf(0, true), toneOf(1, false), toneOf(5, true), toneOf(0, false)]).toEqual(['suspicious', 'suspicious', 'confirmed', ''])
  expect(ruleName(RULE)).toBe('B-12 室温上限 第2版')
})

it('exports received values, never cleaned ones', () => {
  expect(exportRows(PAGE, String)).toEqual([
    ['时间', '室温 (℃)', '湿度 (%)', '批次', '异常'],
    ['600', 99, 40, 7, '室温：错误；B-12 室温上限 第2版'],
    ['660', 21, null, null, '湿度：缺失 | 迟报 第2版'],
  ])
})

it('says of a meter that the object has not that nothing is uploaded, and calls no row odd for it', () => {
  const [room, humidity] = PAGE.signals as [OriginalPage['signals'][number], OriginalPage['signals'][number]]
  const [, second] = valueRows({ ...PAGE, signals: [room, { ...humidity, is_reported: false }] })
  expect(second?.cells[1]).toMatchObject({ text: '未上传', tone: 'unreported', reason: '' })
})
