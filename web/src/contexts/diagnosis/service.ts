/** Words and rows of service quality: levels, score parts, demands, exports. */
import type { Level, Room, ServiceRow } from './queriesService'

export const LEVELS: readonly (readonly [Level, string])[] = [
  ['city', '全市'],
  ['district', '区县'],
  ['company', '供热企业'],
  ['plant', '热电厂'],
  ['branch', '电厂支线'],
  ['boiler', '锅炉房'],
  ['substation', '换热站'],
  ['community', '小区'],
  ['building', '楼宇'],
]

export const LEVEL_WORDS = Object.fromEntries(LEVELS) as Readonly<Record<Level, string>>

/** Levels a page of one object breaks it down to. */
export const CHILDREN: Readonly<Record<Level, readonly Level[]>> = {
  city: ['district', 'company'],
  district: ['company', 'community'],
  company: ['substation', 'community', 'building'],
  plant: ['branch', 'substation', 'community'],
  branch: ['substation', 'community'],
  boiler: ['substation', 'community'],
  substation: ['community', 'building'],
  community: ['building'],
  building: [],
}

/** What a quality demand may be about: what one company answers for alone. */
export const DEMANDED: readonly Level[] = ['building', 'community', 'substation']

export const isLevel = (text: string): text is Level => text in LEVEL_WORDS

export const PARTS: Readonly<Record<string, string>> = { qualified: '合格率', shortfall: '低温程度', steadiness: '稳定性', continuity: '连续性', handling: '投诉处理' }

const percent = (ratio: number | null): number | null => (ratio === null ? null : Number((100 * ratio).toFixed(2)))

/** Rows of a service table for a spreadsheet. */
export function serviceCsv(zh: string, rows: readonly ServiceRow[]): (string | number | null)[][] {
  const head = [zh, '得分', '合格率 (%)', '区间下限 (%)', '区间上限 (%)', '同等条件合格率 (%)', '平均室温 (℃)', '有效测点', '总户数', '覆盖率 (%)', '投诉']
  return [
    head,
    ...rows.map((r) => [r.name, r.score, percent(r.qualified), percent(r.low), percent(r.high), percent(r.like_for_like), r.mean_c, r.rooms, r.households, percent(r.coverage), r.complaints]),
  ]
}

export function roomCsv(rows: readonly Room[], company: (id: number) => string): (string | number | null)[][] {
  const head = ['测点', '楼宇', '企业', '状态', '偏离范围', '日均室温 (℃)', '与自身规律之差 (K)', '低温度时 (K·h)', '最长低温 (h)', '有效小时', '置信度']
  return [head, ...rows.map((r) => [r.number, r.name, company(r.company_id), r.state_zh, r.reach_zh, r.mean_c, r.departure_k, r.short_kh, r.spell_h, r.seen_h, r.confidence])]
}
