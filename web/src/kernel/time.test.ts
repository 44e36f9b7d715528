import { describe, expect, it } from 'vitest'
import * as time from './time'

const EVENING = Date.parse('2027-01-15T19:30:05+08:00') / 1000

describe('formatting', () => {
  it('is Shanghai time whatever the browser thinks', () => {
    expect(time.formatSecond('2027-01-15T11:30:05Z')).toBe('2027-01-15 19:30:05')
    expect(time.formatMinute(EVENING)).toBe('2027-01-15 19:30')
    expect(time.formatClock(EVENING)).toBe('19:30:05')
    expect(time.formatDay(EVENING)).toBe('2027年1月15日 星期五')
  })

  it('rolls the day over at Shanghai midnight', () => {
    expect(time.formatDate('2027-01-15T16:00:00Z')).toBe('2027-01-16')
  })

  it('shows a dash for no instant', () => {
    expect(time.formatMinute(null)).toBe('—')
    expect(time.formatMinute('nonsense')).toBe('—')
  })

  it('writes what the server reads back as the same instant', () => {
    expect(time.isoOf(EVENING)).toBe('2027-01-15T19:30:05+08:00')
    expect(time.epochOf(time.isoOf(EVENING))).toBe(EVENING)
  })
})

it.each([
  [42, '42秒'],
  [61, '1分'],
  [3_600, '1小时'],
  [3_725, '1小时2分'],
  [90_000, '1天1小时'],
  [-5, '0秒'],
  [null, '—'],
])('formatDuration(%s) is %s', (seconds, expected) => {
  expect(time.formatDuration(seconds)).toBe(expected)
})

it('wallMs read as UTC is the Shanghai clock', () => {
  expect(new Date(time.wallMs(EVENING)).toISOString()).toBe('2027-01-15T19:30:05.000Z')
})

describe('spans', () => {
  it('end at the next whole minute', () => {
    const { start, end } = time.spanOf('hour', EVENING)
    expect(time.formatMinute(end)).toBe('2027-01-15 19:31')
    expect(end - start).toBe(time.HOUR_S)
  })

  it('a running season ends now', () => {
    const season = time.spanOf('season', EVENING)
    expect(time.formatMinute(season.start)).toBe('2026-10-20 00:00')
    expect(season.end).toBe(Math.ceil(EVENING / 60) * 60)
  })

  it('in summer it is the season that ended last', () => {
    const season = time.seasonOf(Date.parse('2027-07-01T00:00:00+08:00') / 1000)
    expect(time.formatMinute(season.start)).toBe('2026-10-20 00:00')
    expect(time.formatMinute(season.end)).toBe('2027-04-07 00:00')
  })
})
