import { expect, it } from 'vitest'
import type { Schemas } from '@/api/types'
import { DARK } from '@/ui/testLook'
import { treeOf } from './option'
import sample from './sample.json'

const { entries } = sample as Schemas['Treemap']

it('hangs entries under their parent, coloured by tone', () => {
  const [district] = treeOf(entries, DARK)
  expect(district?.children?.map(({ name }) => name)).toEqual(['甲公司', '乙公司'])
  expect(district?.children?.[0]?.itemStyle?.color).toBe(DARK.tokens.level3)
})

it('an entry whose parent is missing stands at the top', () => {
  expect(treeOf(entries.slice(1), DARK)).toHaveLength(2)
})
