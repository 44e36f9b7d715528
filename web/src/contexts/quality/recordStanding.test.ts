import { describe, expect, it } from 'vitest'
import { DARK } from '@/ui/testLook'
import { SHOWN, trendOption, worst } from './recordStanding'

const company = (n: number, open: number, per_thousand: number | null) => ({ company: n, name: `企${n}`, records: 1000, open, per_thousand, worst: '', worst_open: 0 })

describe('standing of records', () => {
  it('draws what is open as a line and what changed as bars', () => {
    const option = trendOption([{ day: '2026-01-14', open: 3, found: 3, closed: 0 }, { day: '2026-01-15', open: 1, found: 0, closed: 2 }], DARK)
    const series = option.series as { name: string; data: number[] }[]
    expect(series.map(({ name, data }) => [name, data])).toEqual([['待处理', [3, 1]], ['新发现', [3, 0]], ['已了结', [0, 2]]])
    expect((option.xAxis as { data: string[] }).data).toEqual(['01-14', '01-15'])
  })

  it('ranks companies against the worst and leaves out who has none', () => {
    expect(worst([company(1, 4, 8), company(2, 2, 2), company(3, 0, 0)]).map(({ row, share }) => [row.company, share])).toEqual([[1, 1], [2, 0.25]])
    expect(worst([company(1, 4, null)])[0]!.share).toBe(0)
    expect(worst(Array.from({ length: 30 }, (_, i) => company(i, 1, 1)))).toHaveLength(SHOWN)
  })
})
