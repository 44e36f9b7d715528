import { expect, it } from 'vitest'
import { wallMs } from '@/kernel/time'
import { DARK } from '@/ui/testLook'
import { againstOption, bandSeries, bandsOption, coldShareOption, partsOption, serviceTrendOption } from './chartsService'

const DAY = 1_800_000_000

it('draws a band as its lower edge and its height, with gaps where nothing is known', () => {
  const [low, height] = bandSeries('区间', [DAY, DAY + 60], [90, null], [98, null], '#fff')
  expect(low?.data).toEqual([[wallMs(DAY), 90], [wallMs(DAY + 60), null]])
  expect(height?.data).toEqual([[wallMs(DAY), 8], [wallMs(DAY + 60), null]])
  expect(low?.stack).toBe(height?.stack)
})

it('shows the rate in per cent and when demands were made', () => {
  const trend = { times: [DAY], qualified: [0.953], low: [0.9], high: [0.98], score: [91], mean_c: [20.4], outdoor_c: [-12], rooms: [60], slope: 0.01 }
  const demand = { id: 1, kind: 'community', number: 2, name: '甲', company: '乙', reason: '连续低温', level: 2, opened_at: DAY, closed_at: null }
  const option = serviceTrendOption(trend, [demand], DARK)
  expect(option.series).toMatchObject([{}, {}, { name: '合格率', data: [[wallMs(DAY), 95.3]], markLine: { data: [{ xAxis: wallMs(DAY) }] } }, { data: [[wallMs(DAY), 20.4]] }, { data: [[wallMs(DAY), -12]] }])
})

it('leaves out days before anything was measured, but for one', () => {
  const none = { times: [DAY, DAY + 1, DAY + 2], qualified: [null, null, 0.9], low: [null, null, 0.8], high: [null, null, 1], score: [], mean_c: [null, null, 20], outdoor_c: [-1, -2, -3], rooms: [], slope: null }
  expect(serviceTrendOption(none, [], DARK).series).toMatchObject([{}, {}, { data: [[wallMs(DAY + 1), null], [wallMs(DAY + 2), 90]] }, {}, {}])
})

it('leaves out parts of the score that nobody could judge', () => {
  const option = partsOption({ qualified: 0.9, handling: null, continuity: 1 }, { qualified: 0.45 }, DARK)
  expect(option.yAxis).toMatchObject({ data: ['连续性', '合格率（45%）'] })
  expect(option.series).toMatchObject([{ data: [100, 90] }])
})

it('colours rooms below 18 °C as trouble', () => {
  const bands = ['<16 ℃', '16–18 ℃', '18–20 ℃'].map((zh, i) => ({ zh, count: i }))
  expect(bandsOption(bands, DARK).series).toMatchObject([{ data: [{ itemStyle: { color: DARK.tokens.level1 } }, { itemStyle: { color: DARK.tokens.level4 } }, { value: 2, itemStyle: { color: DARK.tokens.ok } }] }])
})

it('compares positions in kelvins and per cent', () => {
  const row = { position: 1, zh: '边户', homes: 9, read: 8, mean_c: 19, against_middle_k: -1.5, cold_share: 0.25, below_own_class: 1, calls_a_hundred: 3 }
  expect(againstOption([row], DARK).series).toMatchObject([{ data: [-1.5] }])
  expect(coldShareOption([row], DARK).series).toMatchObject([{ data: [25] }])
})
