import { describe, expect, it } from 'vitest'
import { DARK } from '@/ui/testLook'
import { bandOption, contributionOption, controlOption, curveOption, sigmaOf } from './charts'
import { gapWord, saidOf, sureness } from './evidence'
import type { Found, Past } from './findingQueries'
import { ganttBars, ganttOption } from './gantt'
import { diagnosedWord, TROUBLES } from './states'

const HOUR = 3_600
const PAST: Past = {
  of_kind: 'unit',
  of_number: 5,
  times: [0, HOUR, 2 * HOUR, 100 * HOUR],
  outdoor_c: [-10, -9, null, -12],
  by_design: false,
  lines: [{ quantity: 'supply', signal: 'secondary_supply_temp_c', unit: '℃', read: [50, 44, 51, null], expected: [50, 50, 50, 50], low: [48, 48, 48, 48], high: [52, 52, 52, 52] }],
}
const series = (option: unknown): { name: string; type: string; data: unknown[] }[] => (option as { series: { name: string; type: string; data: unknown[] }[] }).series
const found = (given: Partial<Found>): Found => ({ id: 1, name: '甲站', state_name: '欠供', level: 3, level_name: 'Ⅲ级 较大', since: 100, ended: null, judged: 900, ...given }) as Found

describe('charts of diagnosis', () => {
  it('draws only hours whose both temperatures are known, the curve in force solid and the recommended one dashed', () => {
    const drawn = series(curveOption(PAST, { inForce: [[-20, 60], [0, 45]], recommended: [] }, DARK))
    expect(drawn.map(({ name, data }) => [name, data.length])).toEqual([['运行点', 2], ['现行曲线', 2]])
  })

  it('stacks the band on its lower limit and leaves gaps where nothing was read', () => {
    const drawn = series(bandOption(PAST, 'supply', DARK, { start: 0, end: HOUR }))
    expect(drawn.map(({ name }) => name)).toEqual(['区间下限', '期望区间', '期望值', '供水温度'])
    expect((drawn[1]?.data[0] as number[])[1]).toBe(4)
    expect((drawn[3]?.data[3] as (number | null)[])[1]).toBeNull()
  })

  it('marks residuals beyond three standard deviations', () => {
    expect(sigmaOf(PAST.lines[0]!)).toBe(1)
    const data = series(controlOption(PAST, 'supply', DARK))[0]?.data as { value: [number, number | null]; itemStyle: { color: string } }[]
    expect(data.map(({ value }) => value[1])).toEqual([0, -6, 1, null])
    expect(data[1]?.itemStyle.color).toBe(DARK.tokens.level1)
    expect(data[0]?.itemStyle.color).not.toBe(DARK.tokens.level1)
  })

  it('shows contributions as percentages, the greatest on top', () => {
    const option = contributionOption([{ signal: 'supply_c', share: 0.7 }, { signal: 'heat_kw', share: 0.3 }], DARK)
    expect((option.yAxis as { data: string[] }).data).toEqual(['供热功率', '供水温度'])
    expect(series(option)[0]?.data).toEqual([30, 70])
  })

  it('puts findings in rows as bars; what still holds ends now', () => {
    const { rows, bars } = ganttBars([found({}), found({ id: 2, name: '乙站', ended: 200 }), found({ id: 3, since: 400, ended: 500 })], ({ name }) => name, 1_000)
    expect(rows).toEqual(['甲站', '乙站'])
    expect(bars.map(({ row, end }) => [row, end])).toEqual([[0, 1_000], [1, 200], [0, 500]])
    expect(series(ganttOption([found({})], ({ name }) => name, { start: 0, end: 1_000 }, DARK))[0]?.data).toHaveLength(1)
  })
})

describe('words of diagnosis', () => {
  it('says ratios as percentages and unknown values as nothing', () => {
    expect(saidOf('heat_ratio_24h', 0.873, '')).toBe('87.3%')
    expect(saidOf('supply_c', null, '℃')).toBe('—')
    expect([gapWord(2.34), gapWord(-1), gapWord(null)]).toEqual(['+2.3 K', '-1.0 K', '—'])
    expect([sureness(0.561), sureness(null)]).toEqual(['56%', '—'])
  })

  it('offers troubles only as filters, and knows a newer state by its own word', () => {
    expect(TROUBLES.some(([key]) => key === 'normal')).toBe(false)
    expect(diagnosedWord('brand_new').zh).toBe('brand_new')
  })
})
