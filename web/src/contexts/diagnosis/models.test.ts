import { describe, expect, it } from 'vitest'
import { DARK as look } from '@/ui/testLook'
import { accuracyOption, comparedOption, errorHistogram } from './modelCharts'
import { decimalsOf, errorUnit, featureWord, gainOver } from './modelWords'
import { pointsOf, supplyCurveOption } from './supplyCurves'
import { weightsOption } from './weightChart'

const QUANTITIES = [
  { key: 'supply', name: '供水温度', unit: '℃' },
  { key: 'heat', name: '热量', unit: 'kW' },
]

describe('words of a model', () => {
  it.each([
    ['one', '常数'],
    ['felt_24h', '24 小时感受温度'],
    ['colder_0', '低于 0 ℃ 的度数'],
    ['warmer_8', '高于 8 ℃ 的度数'],
    ['supply_c@2', '2 小时前供水温度'],
    ['something_new', 'something_new'],
  ])('%s', (name, word) => expect(featureWord(name)).toBe(word))

  it('a gain is how much smaller the error is, nothing where something is unknown', () => {
    expect(gainOver({ mae: 1, mae_line: 4 }, 'mae_line')).toBe(0.75)
    expect(gainOver({ mae: 1, mae_line: null }, 'mae_line')).toBeNull()
    expect(gainOver(undefined, 'mae_line')).toBeNull()
  })
  it('errors of temperatures are kelvins; large numbers have no decimals', () => {
    expect([errorUnit('℃'), errorUnit('kW')]).toEqual(['K', 'kW'])
    expect([0.5, 12, -320, null].map(decimalsOf)).toEqual([2, 1, 0, 2])
  })
})

describe('charts of a model', () => {
  const metrics = { supply: { mae: 1, mae_line: 4, mae_persistence: 2, mae_before: null }, heat: { mae: null, mae_line: 3 } }

  it('accuracy counts a straight line as 100 and leaves out what was not validated', () => {
    const option = accuracyOption(metrics, QUANTITIES, look)
    expect(option.yAxis).toMatchObject({ data: ['供水温度'] })
    expect(option.series).toMatchObject([{ name: '个体模型', data: [25] }, { data: [100] }, { data: [50] }])
  })
  it('the last bin of the histogram is open', () => {
    const option = errorHistogram({ edges: [0, 1, 2], counts: { mae: [3, 1] } }, '℃', look)
    expect(option.xAxis).toMatchObject({ data: ['0.50', '≥1.00'], name: '平均绝对误差 K' })
    expect(option.series).toMatchObject([{ type: 'bar', data: [3, 1] }])
  })
  it('old and new are stacked to all objects', () => {
    const option = comparedOption({ supply: { better: 5, same: 4, worse: 2, unknown: 1 } }, QUANTITIES, look)
    expect(option.series).toMatchObject([{ data: [5] }, { data: [4] }, { data: [2] }, { data: [1] }])
  })
  it('weights have a line a feature over the hours, without the constant', () => {
    const row = { features: ['one', 'outdoor'], theta: Array.from({ length: 24 }, (_, h) => [40, -0.5 - h / 100]), unit: '℃' }
    const option = weightsOption(row as unknown as Parameters<typeof weightsOption>[0], look)
    expect(option.series).toMatchObject([{ type: 'line', name: '室外温度' }])
  })
})

it('a curve leaves out what is unknown and marks where it is run now', () => {
  expect(pointsOf([-20, 0, 5], [60, null, 40])).toEqual([[-20, 60], [5, 40]])
  const option = supplyCurveOption({ inForce: [[-20, 60], [5, 40]], recommended: [], now: { outdoor: -9, supply: 51 } }, look)
  expect(option.series).toMatchObject([{ name: '在用曲线' }, { name: '当前', data: [[-9, 51]] }])
})
