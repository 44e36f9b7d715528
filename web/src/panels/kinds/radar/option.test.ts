import { expect, it } from 'vitest'
import type { Schemas } from '@/api/types'
import { DARK } from '@/ui/testLook'
import { radarOption } from './option'
import sample from './sample.json'

it('gives each axis its full score, and a missing score stands at the centre', () => {
  const option = radarOption(sample as Schemas['Radar'], DARK)
  expect(option.radar).toMatchObject({ indicator: [{ name: '数据质量', max: 100 }, { max: 100 }, { max: 100 }] })
  expect((option.series as { data: { value: number[] }[] }[])[0]?.data[0]?.value).toEqual([92, 0, 78])
})
