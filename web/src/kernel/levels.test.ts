import { expect, it } from 'vitest'
import { LEVEL_NUMBERS, STATE_CODES, levelWord, stateWord, verdictWord } from './levels'

it('every alert level has its own colour role', () => {
  expect(new Set(LEVEL_NUMBERS.map((level) => levelWord(level).role)).size).toBe(4)
})

it('states of higher level are coloured like the level', () => {
  expect(STATE_CODES).toHaveLength(8)
  expect([2, 3, 4, 5].map((code) => stateWord(code).role)).toEqual([4, 3, 2, 1].map((level) => levelWord(level).role))
})

it('codes from a newer server are shown as unknown, not as an error', () => {
  expect(levelWord(9).zh).toBe('未知')
  expect(stateWord(200).zh).toBe('未知')
  expect(verdictWord(7).zh).toBe('未知')
})

it('a value without verdict is trusted', () => {
  expect(verdictWord(undefined).zh).toBe('可信')
})
