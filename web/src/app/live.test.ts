import { describe, expect, it } from 'vitest'
import { platformNow } from './clock'
import { STALE_AFTER_S, connectionOf } from './live'
import { notesOf } from './sound'

describe('connectionOf', () => {
  it.each([
    ['live', 1_000, 1_060, 'live'],
    ['live', 1_000, 1_001 + STALE_AFTER_S, 'stale'],
    ['reconnecting', 1_000, 1_000, 'reconnecting'],
    ['connecting', 1_000, 1_000, 'reconnecting'],
  ] as const)('%s with minute %i at %i is %s', (state, minute, now, expected) => {
    expect(connectionOf(state, minute, now)).toBe(expected)
  })
})

it('platform time runs at the server’s speed', () => {
  expect(platformNow({ epoch: 1_000, machineMs: 500, speed: 60 }, 2_500)).toBe(1_120)
})

it('a worse level rings longer', () => {
  const lengths = [1, 2, 3, 4].map((level) => notesOf(level).length)
  expect(lengths).toEqual([...lengths].sort((a, b) => b - a))
})
