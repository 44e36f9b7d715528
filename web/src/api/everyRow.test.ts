import { expect, it } from 'vitest'
import { everyRow } from './everyRow'

const listOf = (total: number, asked: number[]) => ({ limit, offset }: { limit: number; offset: number }) => {
  asked.push(offset)
  return Promise.resolve({ total, rows: Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, i) => offset + i) })
}

it('asks until it has every row', async () => {
  const asked: number[] = []
  const rows = await everyRow(listOf(1_200, asked))
  expect(rows).toEqual(Array.from({ length: 1_200 }, (_, i) => i))
  expect(asked).toEqual([0, 500, 1_000])
})

it('asks once where one page holds all, or nothing', async () => {
  const asked: number[] = []
  expect(await everyRow(listOf(3, asked))).toHaveLength(3)
  expect(await everyRow(listOf(0, asked))).toEqual([])
  expect(asked).toEqual([0, 0])
})

it('ends where a list shrinks while it is read', async () => {
  const rows = await everyRow(({ offset }) => Promise.resolve({ total: 900, rows: offset ? [] : [1, 2] }))
  expect(rows).toEqual([1, 2])
})
