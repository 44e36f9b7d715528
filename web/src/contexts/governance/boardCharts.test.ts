import { expect, it } from 'vitest'
import { DARK } from '@/ui/testLook'
import { companyOption, trendOption } from './boardCharts'
import type { AlertStanding } from './queries'

const STANDING: AlertStanding = {
  by_level: [1, 0, 2, 0],
  by_company: [
    { company_id: 10, name: '甲热力', levels: [1, 0, 1, 0] },
    { company_id: 0, name: '', levels: [0, 0, 1, 0] },
  ],
  by_source: [],
  by_kind: [],
  hours: [1_800_000_000, 1_800_003_600],
  begun: [[0, 1], [0, 0], [1, 1], [0, 0]],
}

it('stacks the levels of each company in their own colours', () => {
  const option = companyOption(STANDING, DARK)
  expect(option.yAxis).toMatchObject({ data: ['甲热力', '未归属'] })
  const series = option.series as { name: string; data: number[]; itemStyle: { color: string } }[]
  expect(series.map(({ name, data }) => [name, ...data])).toEqual([['Ⅰ级', 1, 0], ['Ⅱ级', 0, 0], ['Ⅲ级', 1, 1], ['Ⅳ级', 0, 0]])
  expect(series[0]?.itemStyle.color).toBe(DARK.tokens.level1)
})

it('puts the hours on the city’s clock', () => {
  expect(trendOption(STANDING, DARK).xAxis).toMatchObject({ data: ['16:00', '17:00'] })
})
