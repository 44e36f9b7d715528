import { expect, it } from 'vitest'
import { rowsForExport } from './exports'

const signal = (code: string, zh: string, unit: string) => ({ code, zh, short: zh, unit, decimals: 1, low: 0, high: 150, is_counter: false })

it('exports the signals that the rows carry, in the order of the catalogue', () => {
  const row = {
    number: 3,
    code: '220102-HR-000003',
    name: '甲站',
    company: '甲供热',
    district: '南关区',
    state: 6,
    minute: 0,
    values: { b: 45.2, a: null },
    verdicts: {},
  }
  expect(rowsForExport([row], [signal('a', '供温', '℃'), signal('b', '流量', 't/h'), signal('c', '无', '')])).toEqual([
    ['统一编码', '名称', '供热企业', '区县', '状态', '数据时间', '供温 (℃)', '流量 (t/h)'],
    ['220102-HR-000003', '甲站', '甲供热', '南关区', '通讯中断', '', null, 45.2],
  ])
})
