import { describe, expect, it } from 'vitest'
import { gapsOf, isGap, played, rangeOf, stepped } from './replayClock'
import type { ReplayIndex } from './replayQueries'

/** An hour, a gap of an hour, two hours. */
const index: ReplayIndex = { theme: 'operation', step_s: 60, window_s: 259_200, hours: [], spans: [{ start: 0, until: 3_600 }, { start: 7_200, until: 14_400 }] }
const range = { from: 0, until: 14_400 }

describe('replay clock', () => {
  it('spans what is kept, 72 hours at most', () => {
    expect(rangeOf(index)).toEqual(range)
    expect(rangeOf({ ...index, window_s: 3_600 })).toEqual({ from: 10_800, until: 14_400 })
    expect(rangeOf({ ...index, spans: [] })).toBeNull()
  })

  it('shows gaps where nothing is kept', () => {
    expect(gapsOf(index, range)).toEqual([{ left: 25, width: 25 }])
    expect(isGap(index, 3_630)).toBe(false)
    expect(isGap(index, 5_000)).toBe(true)
    expect(isGap(index, 7_200)).toBe(false)
  })

  it('steps along the theme’s pictures and stays within', () => {
    expect(stepped(range, 130, 1, 60)).toBe(180)
    expect(stepped(range, 30, -3, 60)).toBe(0)
    expect(stepped(range, 14_390, 5, 60)).toBe(14_400)
  })

  it('leaps over a gap while playing and ends at the end', () => {
    expect(played(index, range, 600, 300)).toBe(900)
    expect(played(index, range, 600, 1)).toBe(660)
    expect(played(index, range, 3_600, 300)).toBe(7_200)
    expect(played(index, range, 14_300, 300)).toBe(14_400)
  })
})
