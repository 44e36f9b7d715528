import { describe, expect, it } from 'vitest'
import { cellText, changedValues, filterParam, formValues } from './fields'
import type { Column } from './queries'
import { exportAddress } from './queries'

function column(type: string, more: Partial<Column> = {}): Column {
  return {
    key: 'x',
    zh: '列',
    unit: '',
    type,
    choices: [],
    choices_from: '',
    is_sortable: true,
    is_editable: true,
    is_required: false,
    sensitivity: '',
    filter: '',
    ...more,
  }
}

describe('cellText', () => {
  it.each([
    [column('text'), '', '—'],
    [column('boolean'), false, '否'],
    [column('number'), 1234.5, '1,234.50'],
    [column('integer'), 2027, '2027'],
    [column('datetime'), '2027-01-15T11:30:00Z', '2027-01-15 19:30'],
    [column('date'), '2027-01-15', '2027-01-15'],
    [column('choice', { choices: [{ value: 'gas', zh: '燃气' }] }), 'gas', '燃气'],
    [column('choice', { choices: [{ value: 'gas', zh: '燃气' }] }), 'oil', 'oil'],
    [column('json'), ['甲', '乙'], '甲、乙'],
    [column('json'), { phone: '补零' }, 'phone 补零'],
    [column('json', { choices: [{ value: 'phone', zh: '电话' }] }), { phone: '补零' }, '电话 补零'],
    [column('json', { choices: [{ value: 'fine', zh: '达标' }] }), ['fine', 'other'], '达标、other'],
    [column('json'), {}, '—'],
  ])('%o of %s', (one, value, text) => {
    expect(cellText(one, value)).toBe(text)
  })
})

it('a change sends only what differs, a new record only what was filled in', () => {
  const values = formValues([column('text', { key: 'name' }), column('number', { key: 'area' })], { name: '甲', area: null })
  expect(changedValues({ ...values, area: 12 }, { name: '甲', area: null })).toEqual({ area: 12 })
  expect(changedValues({ name: '乙', area: null }, null)).toEqual({ name: '乙' })
})

it('clearing a value is a change', () => {
  expect(changedValues({ area: null }, { area: 3 })).toEqual({ area: null })
})

it('names filters as the server does', () => {
  expect(filterParam(column('text', { key: 'name', filter: 'contains' }))).toBe('name__contains')
  expect(filterParam(column('choice', { key: 'kind', filter: 'equals' }))).toBe('kind')
})

it('exports what the list shows, not only its page', () => {
  expect(exportAddress('accounts.user', 'xlsx', { q: '张', limit: 50, offset: 100, role: '' })).toBe(
    '/api/v1/resources/accounts.user/export?format=xlsx&q=%E5%BC%A0',
  )
})
