import { expect, it } from 'vitest'
import { HOUR_S, wallMs } from '@/kernel/time'
import { DARK } from '@/ui/testLook'
import { roomOption } from './chartsRooms'
import { outlookOption, snapRoomOption, snapUsersOption, sourcesOption } from './chartsSnap'
import type { Scenario, SnapRun } from './queriesWeather'
import { askedText, limitText, whenText } from './snap'

const START = 1_800_000_000
const run = (users: number[], room: number[]): SnapRun => ({
  units_below: 1, substations_below: 1, users_below: Math.max(...users), area_below_m2: 100, users_share: 0.1, lowest_room_c: 16, first_below_h: 5, short_gj: 3,
  mean_room_c: room, users_below_by_hour: users, worst: [], companies: [],
  sources: [{ kind: 'boiler', number: 1, name: '东郊', need_mw: 10, short_mw: 4, short_gj: 3, units_below: 1, first_below_h: 5 }],
})
const asked = { lowest_c: -25, within_h: 12, hours: 48, limited: [{ kind: 'boiler' as const, number: 1, share: 0, name: '东郊' }] }
const snap: Scenario = {
  id: 1, name: '甲', owner: '乙', at: '2027-01-15T08:00:00Z', asked, users_below: 7, users_below_with_measures: 2,
  result: { asked, start: START, outdoor_c: [-10, -25], basis: 'forecast', note: '', as_is: run([0, 7], [20, 17]), with_measures: run([0, 2], [20, 18.5]), measures: { raise_units: 1, mean_raise_k: 3, start_peak_boilers: [], peak_names: [], more_heat_gj: 5 } },
}

it('shows both ways over the cold outside, from the hour it starts', () => {
  expect(snapRoomOption(snap, DARK).series).toMatchObject([
    { name: '平均室温·现状运行', data: [[wallMs(START), 20], [wallMs(START + HOUR_S), 17]] },
    { name: '平均室温·采取措施' },
    { name: '室外温度', data: [[wallMs(START), -10], [wallMs(START + HOUR_S), -25]] },
  ])
})

it('names scenarios only where several are compared', () => {
  expect((snapUsersOption([snap], DARK).series as { name: string }[]).map(({ name }) => name)).toEqual(['现状运行', '采取措施'])
  expect((snapUsersOption([snap, { ...snap, name: '丙' }], DARK).series as { name: string }[]).map(({ name }) => name)).toEqual(['甲·现状运行', '甲·采取措施', '丙·现状运行', '丙·采取措施'])
})

it('splits what a source is asked for into what it can send and what it lacks', () => {
  expect(sourcesOption(snap.result.as_is.sources, DARK).series).toMatchObject([{ data: [6] }, { data: [4] }])
})

it('draws the outlook as a fan', () => {
  const found = { at: START, basis: 'forecast', basis_zh: '天气预报', note: '', source: '', issued: START, times: [START], outdoor_c: [-10], outdoor_low_c: [-12], outdoor_high_c: [-8], felt_c: [-9], skill: [] }
  expect(outlookOption(found, DARK).series).toMatchObject([{ data: [[wallMs(START), -12]] }, { data: [[wallMs(START), 4]] }, { data: [[wallMs(START), -10]] }, { data: [[wallMs(START), -9]] }])
})

it('puts the forecasts of a room after its last hour, with error bars where the error is known', () => {
  const room = { number: 1, name: '', building: 1, company_id: 1, state: 'normal', state_zh: '正常', since: null, reach: 0, reach_zh: '', mean_c: 20, departure_k: 0, short_kh: 0, spell_h: 0, seen_h: 24, confidence: 1 }
  const hours = { times: [START], room_c: [20], usual_c: [null], supply_c: [45], outdoor_c: [-10] }
  const ahead = [{ hours: 1, room_c: 20.5, usual_error_k: 0.2, persistence_error_k: 0.3, basis: 'own' as const, weather: 'forecast' as const }, { hours: 6, room_c: null, usual_error_k: null, persistence_error_k: null, basis: 'as_now' as const, weather: 'none' as const }]
  const series = roomOption({ room, user: 1, hours, ahead }, DARK).series as { name: string; data: unknown[] }[]
  expect(series.find(({ name }) => name === '预测')?.data).toEqual([[wallMs(START + 2 * HOUR_S), 20.5]])
  expect(series.filter(({ name }) => name === '惯常误差').map(({ data }) => data)).toEqual([[[wallMs(START + 2 * HOUR_S), 20.3], [wallMs(START + 2 * HOUR_S), 20.7]]])
})

it('says in words what was asked and when rooms fall below', () => {
  expect(askedText(asked)).toBe('12 小时内降至 -25 ℃，持续 48 小时')
  expect(limitText(asked.limited[0]!)).toBe('东郊 停运')
  expect(limitText({ kind: 'plant', number: 2, share: 0.4, name: '' })).toBe('电厂 2 限供至 40%')
  expect(whenText(START, null)).toBe('不会低于')
  expect(whenText(START, 5)).toContain('（+5 h）')
})
