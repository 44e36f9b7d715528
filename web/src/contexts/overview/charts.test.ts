import { describe, expect, it } from 'vitest'
import { DARK as LOOK } from '@/ui/testLook'
import { courseOption, ownersOption } from './charts'

const line = (name: string, values: number[]) => ({ name, unit: '个', values, dashed: false })
const LINES = ['Ⅰ级', 'Ⅱ级', 'Ⅲ级', 'Ⅳ级'].map((name, i) => line(name, [i]))

describe('charts of levels', () => {
  it('stacks objects of an owner in the colours of their levels, those without one last and pale', () => {
    const option = ownersOption({ kind: 'bars', categories: ['甲热力'], lines: [...LINES, line('其他问题', [7])], is_stacked: true }, LOOK)
    const { level1, level4, textFaint } = LOOK.tokens
    const colours = option.color as string[]
    expect([colours[0], colours[3], colours[4]]).toEqual([level1, level4, textFaint])
    expect((option.series as { stack: string }[]).every(({ stack }) => stack === '个')).toBe(true)
  })

  it('draws the course of each level in its colour', () => {
    const option = courseOption({ kind: 'series', times: [1_768_406_400], lines: LINES }, LOOK)
    expect((option.color as string[])[1]).toBe(LOOK.tokens.level2)
    expect(option.series).toHaveLength(4)
  })
})
