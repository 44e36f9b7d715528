/** Cells of a table panel as text. */
import type { Schemas } from '@/api/types'
import { NOTHING, formatNumber } from '@/kernel/format'

type Column = Schemas['Column']
type Cell = Schemas['Table']['rows'][number][number]

/** A column is set to the right when its first known cell is a number. */
export function isNumeric(table: Schemas['Table'], column: number): boolean {
  const known = table.rows.map((row) => row[column]).find((cell) => cell !== null && cell !== undefined)
  return typeof known === 'number' && !table.columns[column]?.object_kind
}

export function cellText(cell: Cell | undefined, column: Column): string {
  if (cell === null || cell === undefined || cell === '') return NOTHING
  if (typeof cell === 'boolean') return cell ? '是' : '否'
  if (typeof cell === 'number' && column.decimals !== null) return formatNumber(cell, column.decimals)
  return String(cell)
}
