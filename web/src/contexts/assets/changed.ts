/** What did somebody change in a form?  Only fields that differ from the record, in the record's types. */
import type { RecordField, Value } from './upkeep'

export type Draft = Record<string, Value>

export function draftOf(fields: readonly RecordField[]): Draft {
  return Object.fromEntries(fields.map(({ key, value }) => [key, value]))
}

/** The values that differ; an emptied number is none, and an emptied text stays a text. */
export function changedValues(fields: readonly RecordField[], draft: Draft): Record<string, Value> {
  const changed: Record<string, Value> = {}
  for (const { key, value, type, is_fixed: fixed } of fields) {
    const now = draft[key] ?? null
    const given = now === null && type === 'text' ? '' : now
    if (!fixed && given !== value) changed[key] = given
  }
  return changed
}

/** Degrees as the archive keeps them: a centimetre is fine enough. */
export function degrees(value: number): number {
  return Math.round(value * 1e7) / 1e7
}
