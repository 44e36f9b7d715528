/** What the stages of the minute are called, and what the line's last hour looks like as curves. */
import type { Schemas } from '@/api/types'
import type { SeriesChart } from '@/panels/kinds/series/option'

export type Minute = Schemas['MinuteOut']
export type Sending = Schemas['SendingOut']

const STAGES: Readonly<Record<string, string>> = {
  open: '解密解码',
  assemble: '组帧',
  judge: '质量判定',
  store: '入库',
  diagnose: '运行诊断',
  alerts: '告警合并',
  live: '实时发布',
  upkeep: '汇总维护',
}

export function stageWord(stage: string): string {
  return STAGES[stage] ?? stage
}

export function historyChart(minutes: readonly Minute[]): SeriesChart {
  return {
    times: minutes.map(({ minute }) => minute),
    lines: [
      { name: '数据行数', unit: '行', values: minutes.map(({ total_rows }) => total_rows), dashed: false },
      { name: '处理耗时', unit: 's', values: minutes.map(({ wall_s }) => wall_s), dashed: false },
      { name: 'CPU 用时', unit: 's', values: minutes.map(({ cpu_s }) => cpu_s), dashed: true },
    ],
    decimals: 2,
  }
}

export function refusedCount(sending: Pick<Sending, 'refused'>): number {
  return Object.values(sending.refused).reduce((sum, count) => sum + count, 0)
}

/** Who needs looking at first: most refused, then least complete; unknown last. */
export function worstFirst(senders: readonly Sending[]): Sending[] {
  const completeness = (one: Sending): number => one.completeness_ratio ?? 2
  return [...senders].sort((a, b) => refusedCount(b) - refusedCount(a) || completeness(a) - completeness(b))
}
