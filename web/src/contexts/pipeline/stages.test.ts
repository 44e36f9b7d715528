import { expect, it } from 'vitest'
import { refusedCount, stageWord, worstFirst, type Sending } from './stages'

function sending(name: string, completeness_ratio: number | null, refused: Record<string, number> = {}): Sending {
  return {
    sender: 1,
    name,
    expected_rows: 0,
    received_rows: 0,
    on_time_rows: 0,
    values: 0,
    suspicious: 0,
    bad: 0,
    missing: 0,
    mean_lag_s: null,
    completeness_ratio,
    timeliness_ratio: null,
    valid_ratio: null,
    refused,
  }
}

it('counts refusals of every reason', () => {
  expect(refusedCount(sending('a', 1, { replay: 2, garbage: 3 }))).toBe(5)
})

it('shows refused senders first, then the least complete, the unknown last', () => {
  const senders = [sending('quiet', null), sending('good', 1), sending('poor', 0.4), sending('refused', 1, { replay: 1 })]
  expect(worstFirst(senders).map(({ name }) => name)).toEqual(['refused', 'poor', 'good', 'quiet'])
})

it('a stage of a newer server keeps its own name', () => {
  expect(stageWord('forecast')).toBe('forecast')
})
