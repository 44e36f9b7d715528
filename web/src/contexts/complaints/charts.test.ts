import { expect, it } from 'vitest'
import { DARK } from '@/ui/testLook'
import { splitOption } from './charts'

it('stacks the four verdicts of every name', () => {
  const option = splitOption([{ name: '甲', valid: 3, doubtful: 1, invalid: 2, unjudged: 0 }], DARK)
  expect(option.yAxis).toMatchObject({ data: ['甲'] })
  expect(option.series).toMatchObject([
    { name: '有效', stack: 'all', data: [3] },
    { name: '存疑', data: [1] },
    { name: '无效', data: [2] },
    { name: '未判定', data: [0] },
  ])
})
