import { describe, expect, it } from 'vitest'
import { bandsOf, chartOf, curveRows, doubtSummary } from './curves'
import type { ObjectSeries } from './queries'

const SPAN = { start: 0, end: 10_000 }
const gap = (reason: string, start: number, end: number, signal = 'supply_temp_c') => ({ signal, start, end, reason })

describe('bandsOf', () => {
  it('joins what several signals share', () => {
    const bands = bandsOf([gap('silent', 100, 900), gap('silent', 500, 1_200, 'flow_t_h')], SPAN)
    expect(bands).toEqual([{ start: 100, end: 1_200, label: '通讯中断' }])
  })

  it('does not tell a loss twice, but tells what lies outside of it', () => {
    const bands = bandsOf([gap('silent', 100, 900), gap('missing', 200, 800), gap('bad', 2_000, 3_000)], SPAN)
    expect(bands.map(({ label }) => label)).toEqual(['通讯中断', '数据异常'])
  })

  it('leaves a short stretch shaded but unlabelled', () => {
    expect(bandsOf([gap('bad', 100, 160)], SPAN)).toEqual([{ start: 100, end: 160, label: '' }])
  })
})

describe('doubtSummary', () => {
  it('counts stretches and their time by reason', () => {
    const words = doubtSummary([gap('silent', 0, 3_600), gap('silent', 7_200, 10_800), gap('bad', 20_000, 20_600)])
    expect(words).toHaveLength(2)
    expect(words[0]).toContain('通讯中断 2 段')
    expect(words[1]).toContain('数据异常 1 段')
  })

  it('says nothing where nothing is in doubt', () => {
    expect(doubtSummary([])).toEqual([])
  })
})

const series: ObjectSeries = {
  times: [1_800_012_600, 1_800_012_660],
  width_s: 60,
  resolution: 'minute',
  gaps: [],
  marks: [],
  lines: [{ signal: 'supply_temp_c', zh: '供水温度', unit: '℃', decimals: 1, values: [45.2, null], low: [], high: [] }],
}

it('the outdoor temperature stands beside with its own times', () => {
  const outdoor = { times: [1_800_012_000], line: { name: '室外温度', unit: '℃', values: [-18], dashed: true } }
  const chart = chartOf(series, outdoor, SPAN)
  expect(chart.lines.map(({ name, times }) => [name, times?.length])).toEqual([
    ['供水温度', undefined],
    ['室外温度', 1],
  ])
})

it('exports time and one column a signal', () => {
  expect(curveRows(series)).toEqual([
    ['时间', '供水温度 (℃)'],
    ['2027-01-15 19:30', 45.2],
    ['2027-01-15 19:31', null],
  ])
})

it('draws replaced values red, doubted ones amber, and cleaned values dashed over them', () => {
  const marked = {
    times: [0, 60, 120],
    width_s: 60,
    lines: [{ signal: 't', zh: '供温', unit: '℃', decimals: 1, values: [50, 99, 51], low: [], high: [] }],
    gaps: [],
    marks: [{ signal: 't', hits: { times: [60, 120], values: [99, 51], rules: [1, 2] }, cleaned: { times: [60], values: [50.5], methods: [5], verdicts: [4] } }],
    resolution: 'minute',
  }
  const chart = chartOf(marked, null, { start: 0, end: 180 })
  expect(chart.lines.map(({ name, dashed, values }) => [name, dashed, values])).toEqual([['供温', false, [50, 99, 51]], ['供温 清洗值', true, [50.5]]])
  expect(chart.points?.map(({ name, colour, points }) => [name, colour, points])).toEqual([['供温 异常原值', 'level1', [[60, 99]]], ['供温 可疑值', 'level3', [[120, 51]]]])
})
