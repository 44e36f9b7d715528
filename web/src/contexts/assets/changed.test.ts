import { expect, it } from 'vitest'
import { changedValues, degrees, draftOf } from './changed'
import type { RecordField } from './upkeep'

const field = (key: string, type: string, value: RecordField['value'], fixed = false): RecordField => ({
  key, zh: key, unit: '', type, reference: '', is_required: true, is_fixed: fixed, choices: [], value, shown: '',
})
const FIELDS = [field('code', 'text', 'A1', true), field('name', 'text', '甲'), field('floors', 'integer', 6), field('branch_id', 'reference', 3)]

it('asks for nothing where nothing was changed', () => {
  expect(changedValues(FIELDS, draftOf(FIELDS))).toEqual({})
})

it('asks for what differs, never for the code', () => {
  expect(changedValues(FIELDS, { code: 'B', name: '', floors: 7, branch_id: null })).toEqual({ name: '', floors: 7, branch_id: null })
})

it('keeps degrees to a centimetre', () => {
  expect(degrees(125.123456789)).toBe(125.1234568)
})
