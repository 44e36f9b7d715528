/** How a record's values are shown in a table and sent from a form. */
import { NOTHING, formatNumber } from '@/kernel/format'
import { formatDate, formatMinute } from '@/kernel/time'
import type { Column, Row } from './queries'

/** A cell as text: choices in words, times in Shanghai. */
export function cellText(column: Column, value: unknown): string {
  if (value === null || value === undefined || value === '') return NOTHING
  if (column.type === 'json') return jsonText(value, (code) => column.choices.find((choice) => choice.value === code)?.zh ?? code)
  if (column.choices.length) return column.choices.find((choice) => choice.value === value)?.zh ?? String(value)
  switch (column.type) {
    case 'boolean':
      return value ? '是' : '否'
    case 'datetime':
      return formatMinute(String(value))
    case 'date':
      return String(value).length === 10 ? String(value) : formatDate(String(value))
    case 'number':
      return typeof value === 'number' ? formatNumber(value, Number.isInteger(value) ? 0 : 2) : String(value)
    default:
      return String(value)
  }
}

/** Lists and small tables as people write them, codes in words: 甲、乙 and 键 值、键 值. */
function jsonText(value: unknown, word: (code: string) => string): string {
  if (Array.isArray(value)) return value.map((one) => jsonText(one, word)).join('、') || NOTHING
  if (value === null || typeof value !== 'object') return word(String(value))
  return Object.entries(value).map(([key, one]) => `${word(key)} ${jsonText(one, word)}`).join('、') || NOTHING
}

export function isNumeric({ type }: Column): boolean {
  return type === 'number' || type === 'integer'
}

export type FormValue = string | number | boolean | null

/** What a form starts with: the row's values, or nothing chosen yet. */
export function formValues(columns: readonly Column[], row: Row | null): Record<string, FormValue> {
  return Object.fromEntries(
    columns.map(({ key, type }) => {
      const value = row?.[key]
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return [key, value]
      return [key, type === 'boolean' ? false : null]
    }),
  )
}

/** Values that differ from the row's: a PATCH names only what was changed, a POST whatever was filled in. */
export function changedValues(values: Record<string, FormValue>, row: Row | null): Row {
  const before = (key: string): unknown => row?.[key] ?? null
  return Object.fromEntries(Object.entries(values).filter(([key, value]) => (row ? value !== before(key) : value !== null && value !== '')))
}

/** Query parameter of a filter: equality by the column's name, text by `__contains`. */
export function filterParam({ key, filter }: Column): string {
  return filter === 'contains' ? `${key}__contains` : key
}
