import { expect, it } from 'vitest'
import { decisionsFor } from './decisions'

it.each([
  ['new', ['confirm', 'false', 'close']],
  ['confirmed', ['false', 'close']],
  ['verifying', ['false', 'close']],
  ['closed', []],
  ['false', []],
  ['suppressed', []],
])('an alert that is %s may be decided as %s', (state, decisions) => {
  expect(decisionsFor({ state }).map(({ decision }) => decision)).toEqual(decisions)
})
