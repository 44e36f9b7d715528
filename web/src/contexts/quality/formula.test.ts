import { describe, expect, it } from 'vitest'
import { completions, faultSpan, namesByText, nameOf, offsetOf, tokens, typedBefore, type Name } from './formula'

const name = (zh: string, code: string, sort: Name['sort'] = 'signal'): Name => ({ name: zh, code, sort, insert: zh, note: '', more: '' })
const NAMES = [name('二次供水温度', 'secondary_supply_temp_c'), name('二次流量', 'secondary_flow_t_h'), name('采暖期', 'in_season', 'context'), name('上限温度', 'most_c', 'parameter'), name('平均', 'avg', 'function')]
const KNOWN = namesByText(NAMES)
const sorts = (text: string): string[] => tokens(text, KNOWN).filter(({ sort }) => sort !== 'space').map(({ text: part, sort }) => `${part}/${sort}`)

describe('tokens', () => {
  it('tells names, numbers and signs apart', () => {
    expect(sorts('平均(二次供水温度, 30) <= 上限温度')).toEqual(['平均/function', '(/mark', '二次供水温度/signal', ',/mark', '30/number', ')/mark', '<=/operator', '上限温度/parameter'])
  })

  it('splits connectives that stand without spaces', () => {
    expect(sorts('采暖期且二次流量>0.1')).toEqual(['采暖期/context', '且/word', '二次流量/signal', '>/operator', '0.1/number'])
    expect(sorts('非采暖期')).toEqual(['非/word', '采暖期/context'])
  })

  it('marks what is not known and keeps every character', () => {
    const text = '供水的温度 <= "未完 \n≥'
    expect(sorts(text)[0]).toBe('供水的温度/unknown')
    expect(tokens(text, KNOWN).map((part) => part.text).join('')).toBe(text)
  })

  it.each(['', '  ', '🙂 + 二次流量', '((((', '1e', '“', '=!', '\u0000且'])('is whole for %j', (text) => {
    expect(tokens(text, KNOWN).map((part) => part.text).join('')).toBe(text)
  })
})

it('folds names as the server does', () => {
  expect(nameOf('ＰＭ2.5 浓度')).toBe('PM2_5浓度')
})

it('finds the place of a fault by line and column', () => {
  const text = '二次供水温度 <=\n  供水的温度'
  expect(text.slice(offsetOf(text, 2, 3))).toBe('供水的温度')
  expect(text.slice(...faultSpan(text, tokens(text, KNOWN), { line: 2, column: 3 }))).toBe('供水的温度')
  expect(offsetOf(text, 9, 9)).toBe(text.length)
})

it('underlines the last part when the fault is behind the text', () => {
  const text = '二次流量 <= '
  expect(text.slice(...faultSpan(text, tokens(text, KNOWN), { line: 1, column: 13 }))).toBe('<=')
  expect(faultSpan(text, [], { line: 0, column: 0 })).toEqual([0, text.length])
})

it('completes by the beginning, by a part, and by code', () => {
  const found = (typed: string): string[] => completions(typed, NAMES).map((one) => one.name)
  expect(found('二次')).toEqual(['二次流量', '二次供水温度'])
  expect(found('温度')).toEqual(['上限温度', '二次供水温度'])
  expect(found('avg')).toEqual(['平均'])
  expect(found('')).toHaveLength(NAMES.length)
  expect(found('没有')).toEqual([])
})

it('knows what was typed before the caret', () => {
  expect(typedBefore('平均(二次供', 6)).toBe('二次供')
  expect(typedBefore('平均(二次供', 3)).toBe('')
})
