/** What the parts of a model are called, and how far a version is better than what it is held against. */
import { isNumber, type Maybe } from '@/kernel/format'
import type { ModelWords, Version } from './modelQueries'

type Metrics = Version['metrics'][string]

/** Whom the errors of the same weeks are held against, in the order of the charts. */
export const BASELINES = [
  ['mae', '个体模型'],
  ['mae_line', '静态直线'],
  ['mae_persistence', '前一日同时刻'],
  ['mae_before', '上一版本'],
] as const

/** Where parameters come from, from the most personal on. */
export const SOURCES: readonly (readonly [key: string, zh: string])[] = [
  ['overridden', '人工设定'],
  ['network', '自身历史+共享网络'],
  ['own', '自身历史'],
  ['group', '同类对象'],
  ['none', '无参数'],
]

const OWN: Readonly<Record<string, string>> = { one: '常数', outdoor: '室外温度', weekend: '周末', supply_c: '供水温度', room_c: '室温' }
const BUILT: readonly (readonly [RegExp, (part: string) => string])[] = [
  [/^felt_(\d+)h$/, (hours) => `${hours} 小时感受温度`],
  [/^colder_(-?\d+)$/, (edge) => `低于 ${edge} ℃ 的度数`],
  [/^warmer_(-?\d+)$/, (edge) => `高于 ${edge} ℃ 的度数`],
]

/** The name of a feature: `felt_24h` → 24 小时感受温度, `supply_c@2` → 2 小时前供水温度. */
export function featureWord(name: string): string {
  const [head = '', back] = name.split('@')
  const built = BUILT.map(([form, word]) => [form.exec(head)?.[1], word] as const).find(([part]) => part !== undefined)
  const word = built?.[0] !== undefined ? built[1](built[0]) : (OWN[head] ?? head)
  return back ? `${back} 小时前${word}` : word
}

/** How much smaller the model's error is than a baseline's, 0–1; negative where it is larger. */
export function gainOver(metrics: Metrics | undefined, baseline: string): number | null {
  const [mae, other] = [metrics?.mae, metrics?.[baseline]]
  return isNumber(mae) && isNumber(other) && other > 0 ? 1 - mae / other : null
}

export interface QuantityWord {
  key: string
  name: string
  unit: string
}

export function quantitiesOf(words: Maybe<ModelWords>, kind: string): QuantityWord[] {
  return words?.kinds.find((one) => one.kind === kind)?.quantities ?? []
}

/** Errors of temperatures are told in kelvins. */
export function errorUnit(unit: string): string {
  return unit === '℃' ? 'K' : unit
}

/** Decimals that show what matters: temperatures by hundredths, large heats whole. */
export function decimalsOf(value: Maybe<number>): number {
  const size = Math.abs(value ?? 0)
  return size >= 100 ? 0 : size >= 10 ? 1 : 2
}
