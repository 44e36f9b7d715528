/** What each diagnosed state is called and which colour role it has (the server's vocabulary of diagnosis). */
import type { ColourRole } from '@/kernel/levels'

export interface StateWord {
  zh: string
  role: ColourRole
  /** A state that is no trouble: it says how far the object can be judged. */
  calm?: boolean
}

export const STATES: Readonly<Record<string, StateWord>> = {
  unknown: { zh: '未知', role: 'none', calm: true },
  normal: { zh: '正常', role: 'ok', calm: true },
  idle: { zh: '未供热', role: 'off', calm: true },
  undiagnosable: { zh: '无法诊断', role: 'none', calm: true },
  stopped: { zh: '停供', role: 'level1' },
  under_supply: { zh: '欠供', role: 'level4' },
  over_supply: { zh: '超供', role: 'level2' },
  intermittent: { zh: '间歇供热', role: 'level3' },
  abnormal: { zh: '运行异常', role: 'stale' },
  leak: { zh: '失水', role: 'stale' },
  fouling: { zh: '换热器结垢', role: 'stale' },
  pump: { zh: '水泵异常', role: 'stale' },
  valve: { zh: '调节阀异常', role: 'stale' },
  imbalance: { zh: '水力失调', role: 'stale' },
  short_cycling: { zh: '频繁启停', role: 'level3' },
  heat_mismatch: { zh: '热量不平衡', role: 'stale' },
  frozen_sensor: { zh: '传感器卡死', role: 'stale' },
  pressure: { zh: '压力异常', role: 'level1' },
  efficiency: { zh: '锅炉效率下降', role: 'stale' },
  flue: { zh: '排烟异常', role: 'stale' },
  resistance: { zh: '管路阻力异常', role: 'stale' },
  pump_wear: { zh: '水泵性能下降', role: 'stale' },
  flue_loss: { zh: '排烟热损失偏高', role: 'stale' },
  not_started: { zh: '未开栓', role: 'off', calm: true },
  filling: { zh: '注水', role: 'level4', calm: true },
  circulating: { zh: '冷态循环', role: 'level4', calm: true },
  trial: { zh: '试供热', role: 'level3', calm: true },
  late_start: { zh: '开栓滞后', role: 'level2' },
  false_start: { zh: '虚假开栓', role: 'level2' },
  interrupted: { zh: '开栓后中断', role: 'level1' },
  capacity_shortage: { zh: '供热能力不足', role: 'level2' },
  peak_started: { zh: '调峰锅炉已启动', role: 'level4', calm: true },
  peak_not_started: { zh: '调峰锅炉应启未启', role: 'level2' },
  source_fault: { zh: '热源侧异常', role: 'level1' },
  room_cold: { zh: '室温偏低', role: 'level4' },
  room_hot: { zh: '室温偏高', role: 'level2' },
  window_open: { zh: '开窗散热', role: 'level3' },
  vacant: { zh: '空置或报停', role: 'off', calm: true },
  misplaced_sensor: { zh: '测点位置不当', role: 'stale' },
  behaviour_changed: { zh: '自身规律改变', role: 'level3' },
}

/** A state of a newer server is shown by its own word. */
export function diagnosedWord(state: string): StateWord {
  return STATES[state] ?? { zh: state, role: 'none' }
}

/** States a list may be filtered by. */
export const TROUBLES: readonly (readonly [string, StateWord])[] = Object.entries(STATES).filter(([, word]) => !word.calm)
