import { expect, it } from 'vitest'
import { DARK as look } from '@/ui/testLook'
import { capacityOption, peakRunsOption, roomPlan, systemCharts, temperaturePlan } from './guidanceCharts'
import type { Capacity, Guidance, PeakBoiler, SystemRow } from './guidanceQueries'

const PLAN = {
  times: [0, 3600],
  outdoor_c: [-10, -12],
  outdoor_low_c: [-11, -14],
  outdoor_high_c: [-9, null],
  recommended: { supply_c: [50, 51], return_c: [38, 38.5], primary_supply_c: [90, 90] },
  as_is: { supply_c: [48, 49], room_c: [19.5, 19] },
  room: { expected_c: [20, 20.4], low_c: [19, 19], high_c: [21, 21.5] },
} as unknown as Guidance

const names = (option: { series?: unknown }): string[] => (option.series as { name: string }[]).map(({ name }) => name)

it('the weather lies behind with its band, on an axis of its own; only the band is named', () => {
  const option = temperaturePlan(PLAN, look)
  expect(names(option)).toEqual(['建议供温', '现行供温', '建议回温', '室外温度', '室外区间（80%）下限', '室外区间（80%）'])
  expect(option.legend).toMatchObject({ data: ['建议供温', '现行供温', '建议回温', '室外温度', '室外区间（80%）'] })
  const width = (option.series as { data: [number, number | null][] }[])[5]?.data.map(([, value]) => value)
  expect(width).toEqual([2, null])
})

it('the rule of 18 ℃ is seen even where rooms are warm', () => {
  const option = roomPlan(PLAN, look)
  expect(names(option)).toContain('18 ℃ 标准')
  const [axis] = option.yAxis as { min: (extent: { min: number }) => number }[]
  expect(axis?.min({ min: 20 })).toBe(17)
})

it('capacity shows the tightest at the top and skips what cannot be judged', () => {
  const row = (name: string, load_ratio: number | null, code: string): Capacity => ({ name, load_ratio, connected_ratio: 0.9, class: code }) as unknown as Capacity
  const option = capacityOption([row('甲', 1.02, 'short'), row('乙', 0.8, 'fit'), row('丙', null, 'unknown')], look)
  expect(option.yAxis).toMatchObject({ data: ['乙', '甲'] })
  expect(option.series).toMatchObject([{ data: [{ value: 80 }, { value: 102, itemStyle: { color: look.tokens.level1 } }] }, { data: [90, 90] }])
})

it('each indicator of systems is a chart of its own', () => {
  const rows = [{ zh: '单系统', mark: 83, heat_w_m2: 33, spread_k: 0, room_c: 21 }] as unknown as SystemRow[]
  expect(systemCharts(rows, look).map(({ title }) => title)).toEqual(['综合评分（分）', '供热强度（W/m²）', '站内偏差（K）', '平均室温（℃）'])
})

it('every run of a peak boiler is a bar on its row', () => {
  const boiler = { name: '甲', runs: [{ start: 0, end: 7200, hours: 2, mean_mw: 5 }] } as unknown as PeakBoiler
  const option = peakRunsOption([boiler], { start: 0, end: 86_400 }, look)
  expect(option.series).toMatchObject([{ name: '甲', data: [[28_800_000, '甲'], [36_000_000, '甲']] }])
})
