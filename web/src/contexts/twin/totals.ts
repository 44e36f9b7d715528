/** Which totals stand above the map and how each is written. */
import { formatNumber, formatRatio, isNumber, measure, type Measure } from '@/kernel/format'
import type { ColourRole } from '@/kernel/levels'

export type Totals = Readonly<Record<string, unknown>>

export interface TotalView extends Measure {
  key: string
  zh: string
  role?: ColourRole
  hint: string
}

const number = (totals: Totals, key: string): number | null => {
  const value = totals[key]
  return isNumber(value) ? value : null
}

/** The strip above the map, in its order; a total that is unknown shows a dash. */
export function totalViews(totals: Totals): TotalView[] {
  const area = number(totals, 'heated_area_m2')
  const ratio = (key: string): Measure => ({ number: formatRatio(number(totals, key)), unit: '' })
  const count = (key: string): Measure => ({ number: formatNumber(number(totals, key)), unit: '座' })
  return [
    { key: 'heated_area', zh: '供热面积', hint: '视野内换热站的供热面积合计', ...measure(area, 'm²', 0, true) },
    { key: 'running', zh: '运行换热站', role: 'ok', hint: '有数据且未停运的换热站', ...count('running') },
    { key: 'stopped', zh: '停运换热站', role: 'level1', hint: '判定为停止供热的换热站', ...count('stopped') },
    { key: 'mean_supply_temp', zh: '平均供水温度', hint: '各换热站供水温度均值', ...measure(number(totals, 'mean_supply_temp_c'), '℃', 1) },
    { key: 'room_pass', zh: '室温合格率', hint: '室温不低于18℃的测点占比', ...ratio('room_pass_ratio') },
    { key: 'reporting', zh: '数据上报率', hint: '本分钟有有效数据的换热站占比', ...ratio('reporting_ratio') },
  ]
}
