import { describe, expect, it } from 'vitest'
import { byCompany, checkedOf, clockText, dataWindow, formFaults, orderedActions, redTableAddress, stagesOf } from './orders'
import type { Flow, OrderAction, OrderStep } from './queries'

const STATES = [
  ['to_dispatch', '待派发'],
  ['to_accept', '待接收'],
  ['handling', '处置中'],
  ['verifying', '平台核验'],
  ['review', '待复核'],
  ['returned', '已退回'],
  ['closed', '已办结'],
].map(([key, zh]) => ({ key, zh, tone: 'neutral', is_final: false, pauses: false })) as Flow['states']

const step = (to_state: string, at: string, from_state = ''): OrderStep => ({ from_state, to_state, at }) as OrderStep

describe('stagesOf', () => {
  it('tells what is done, skipped and ahead', () => {
    const steps = [step('to_accept', 'a'), step('handling', 'b'), step('verifying', 'c'), step('handling', 'd'), step('handling', 'e', 'handling')]
    const stages = stagesOf({ state: 'handling', state_name: '处置中', steps }, STATES)
    expect(stages.map(({ zh, sort, at }) => [zh, sort, at])).toEqual([
      ['待派发', 'skipped', null],
      ['待接收', 'done', 'a'],
      ['处置中', 'now', 'd'],
      ['平台核验', 'ahead', null],
      ['待复核', 'ahead', null],
      ['已办结', 'ahead', null],
    ])
  })

  it('ends with the detour an order is on', () => {
    const stages = stagesOf({ state: 'returned', state_name: '已退回', steps: [step('to_accept', 'a'), step('returned', 'b')] }, STATES)
    expect(stages.map(({ key, sort }) => [key, sort])).toEqual([['to_dispatch', 'skipped'], ['to_accept', 'done'], ['returned', 'now']])
  })
})

it.each([
  [{ due_at: '2027-01-15T12:00:00Z', left_min: 5 }, '剩余 1小时'],
  [{ due_at: '2027-01-15T10:30:00Z', left_min: 0 }, '已超时 30分'],
  [{ due_at: null, left_min: 90 }, '暂停，剩余 1小时30分'],
])('a clock %o says %s', (clock, text) => {
  const now = Date.parse('2027-01-15T11:00:00Z') / 1000
  expect(clockText({ key: 'x', zh: '处置时限', is_overdue: false, ...clock }, now)).toBe(text)
})

it('the step that leads on comes first, grave ones last', () => {
  const actions = [{ key: 'recall', to_state: 'returned' }, { key: 'assign', to_state: 'to_accept' }, { key: 'feedback', to_state: 'verifying' }]
  expect(orderedActions(actions, 'handling').map(({ key }) => key)).toEqual(['feedback', 'assign', 'recall'])
})

it('a form says what it lacks', () => {
  const action = {
    needs_note: true,
    least_files: 1,
    form: [
      { key: 'hours', zh: '延长时间', type: 'number', unit: 'h', low: 1, high: 720, is_required: true },
      { key: 'cause', zh: '原因', type: 'choice', unit: '', is_required: true },
    ],
  } as OrderAction
  expect(formFaults(action, { hours: 800 }, ' ', 0)).toEqual({
    hours: '不大于 720h',
    cause: '请填写原因',
    note: '请填写说明',
    files: '至少附 1 个附件',
  })
  expect(formFaults(action, { hours: 8, cause: '其他' }, '好', 1)).toEqual({})
})

it('alerts of several companies become several orders', () => {
  const alerts = [{ id: 1, company_id: 10 }, { id: 2, company_id: 20 }, { id: 3, company_id: 10 }]
  expect(byCompany(alerts)).toEqual([{ company: 10, ids: [1, 3] }, { company: 20, ids: [2] }])
})

it('the window of an alert is never longer than the server gives', () => {
  expect(dataWindow({ first_at: 100_000, last_at: 103_600 })).toEqual({ start: 96_400, end: 104_200 })
  const { start, end } = dataWindow({ first_at: 0, last_at: 10_000_000 })
  expect(end - start).toBe(3 * 86_400)
})

it('a sender has no red table', () => {
  const alert = { object_kind: 'unit', object_number: 7, first_at: 100_000, last_at: 103_600 }
  expect(redTableAddress(alert)).toBe('/objects/unit/7?tab=trace&from=96400&until=104200')
  expect(redTableAddress({ ...alert, object_kind: 'sender' })).toBeNull()
})

it('a verification keeps its numbers, and none is none', () => {
  expect(checkedOf({})).toBeNull()
  expect(checkedOf({ outcome: 'fail', reason: '核验 60 次', checks: 60, violations: 9, most_share: 0.01, at: 5 })).toEqual({
    outcome: '核验未通过',
    reason: '核验 60 次',
    numbers: [['核验次数', 60, 'count'], ['不合格次数', 9, 'count'], ['不合格占比限值', 0.01, 'share']],
    at: 5,
  })
})
