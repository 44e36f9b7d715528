/** Evidence of findings in words: what each quantity is called and how its value is written. */
import { formatMeasure, formatNumber, formatRatio, NOTHING, type Maybe } from '@/kernel/format'

const QUANTITIES: Readonly<Record<string, string>> = {
  affected_share: '受影响比例',
  conductance: '换热系数与自身常态之比',
  approach_k: '一次回水与二次回水端差',
  delta_temp_k: '供回水温差',
  distance: '偏离自身规律的程度',
  doubted: '存疑信号数',
  felt_c: '体感室外温度',
  flow_ratio: '流量与设计值之比',
  flow_t_h: '流量',
  flue_c: '排烟温度升高',
  flue_loss: '排烟热损失与自身常态之比',
  fallen_mpa: '压力下降',
  fuel_t_h: '燃料量',
  gap_k: '供水温度与期望之差',
  heat_kw: '供热功率',
  heat_ratio_24h: '近24小时供热量与应供之比',
  hours: '历时',
  is_on: '启停状态',
  makeup_share: '补水率',
  makeup_t_h: '补水流量',
  mismatch: '热表与水侧热量之差',
  primary_return_c: '一次回水温度',
  primary_supply_c: '一次供水温度',
  primary_flow_t_h: '一次流量',
  pump_a: '循环泵电流',
  pump_effort: '同流量功耗与自身常态之比',
  pump_hz: '循环泵频率',
  resistance: '阻力系数与自身常态之比',
  return_c: '回水温度',
  return_mpa: '回水压力',
  room_c: '室温',
  room_temp_c: '平均室温',
  running_boilers: '运行锅炉台数',
  stops_24h: '近24小时停运次数',
  supply_c: '供水温度',
  supply_mpa: '供水压力',
  valve_pct: '调节阀开度',
  oxygen_pct: '烟气含氧量',
  power_kw: '用电功率',
}

const RATIOS = new Set(['affected_share', 'flow_ratio', 'heat_ratio_24h', 'makeup_share', 'mismatch', 'cold_share', 'conductance', 'resistance', 'pump_effort', 'flue_loss'])

export function quantityWord(signal: string): string {
  return QUANTITIES[signal] ?? signal
}

/** A value of a quantity as people say it: ratios as percentages, the rest with its unit. */
export function saidOf(signal: string, value: Maybe<number>, unit: string): string {
  if (RATIOS.has(signal)) return formatRatio(value)
  if (unit === 'MPa') return formatMeasure(value, unit, 3)
  return formatMeasure(value, unit, unit === '次' || unit === '个' ? 0 : 1)
}

const LINES: Readonly<Record<string, string>> = { supply: '供水温度', return: '回水温度', flow: '流量', heat: '供热功率' }

export function lineWord(quantity: string): string {
  return LINES[quantity] ?? quantity
}

/** How sure a model is, as a percentage; a rule has no such number. */
export function sureness(confidence: Maybe<number>): string {
  return typeof confidence === 'number' ? formatRatio(confidence, 0) : NOTHING
}

/** `+2.3 K` */
export function gapWord(gap: Maybe<number>, unit = 'K'): string {
  if (typeof gap !== 'number') return NOTHING
  return `${gap > 0 ? '+' : ''}${formatNumber(gap, 1)} ${unit}`
}
