import { describe, expect, it } from 'vitest'
import type { Schemas } from '@/api/types'
import { wallMs } from '@/kernel/time'
import { DARK } from '@/ui/testLook'
import { seriesOption, type SeriesChart } from './option'
import sample from './sample.json'

const chart = sample as Schemas['Series']

interface Line {
  name: string
  yAxisIndex: number
  data: [number, number | null][]
  showSymbol: boolean
  lineStyle: { type: string }
  markArea?: { data: { name?: string; xAxis: number }[][] }
  tooltip: { valueFormatter: (value: unknown) => string }
}

function build(input: SeriesChart) {
  const option = seriesOption(input, DARK)
  return { option, lines: option.series as unknown as Line[] }
}

describe('seriesOption', () => {
  it('gives each unit one axis, and lines of the same unit the same one', () => {
    const { option, lines } = build(chart)
    expect((option.yAxis as { name: string }[]).map(({ name }) => name)).toEqual(['℃', 'GJ/h'])
    expect(lines.map(({ yAxisIndex }) => yAxisIndex)).toEqual([0, 1, 0])
  })

  it('leaves a missing value as a gap', () => {
    expect(build(chart).lines[0]?.data[2]).toEqual([wallMs(1800012720), null])
  })

  it('dashes what it is told to, and tells values with their unit', () => {
    const { lines } = build(chart)
    expect(lines.map(({ lineStyle }) => lineStyle.type)).toEqual(['solid', 'solid', 'dashed'])
    expect(lines[1]?.tooltip.valueFormatter(3.21)).toBe('3.2 GJ/h')
    expect(lines[1]?.tooltip.valueFormatter(null)).toBe('—')
  })

  it('shades stretches once, with their reason', () => {
    const { lines } = build({ ...chart, bands: [{ start: 1800012660, end: 1800012780, label: '通讯中断' }] })
    expect(lines[0]?.markArea?.data[0]?.[0]).toEqual({ name: '通讯中断', xAxis: wallMs(1800012660) })
    expect(lines[1]?.markArea).toBeUndefined()
  })

  it('shows the whole window asked for, measured or not', () => {
    const { option } = build({ ...chart, span: { start: 1800010000, end: 1800013600 } })
    expect(option.xAxis).toMatchObject({ min: wallMs(1800010000), max: wallMs(1800013600) })
  })

  it('draws an empty answer without failing', () => {
    expect(build({ times: [], lines: [] }).lines).toEqual([])
  })
})
