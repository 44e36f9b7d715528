import { expect, it } from 'vitest'
import type { Schemas } from '@/api/types'
import { DARK } from '@/ui/testLook'
import { pieOption } from './option'
import sample from './sample.json'

it('leaves out parts without a value and colours the others by tone', () => {
  const [ring] = pieOption(sample as Schemas['Pie'], DARK).series as { data: { name: string; itemStyle?: { color: string } }[] }[]
  expect(ring?.data.map(({ name }) => name)).toEqual(['运行', '停运'])
  expect(ring?.data[1]?.itemStyle?.color).toBe(DARK.tokens.level1)
})

it('leaves colours to the palette where two parts share a tone', () => {
  const shares = ['待派发', '待接收'].map((name) => ({ name, value: 1, tone: 'notice' as const }))
  const [ring] = pieOption({ kind: 'pie', unit: '件', shares }, DARK).series as { data: { itemStyle?: object }[] }[]
  expect(ring?.data.map(({ itemStyle }) => itemStyle)).toEqual([undefined, undefined])
})
