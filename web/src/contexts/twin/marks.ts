/** Open alerts and orders on the map: which pass the filter, which icon stands at which object. */
import type { PlacedMark } from './replayQueries'

export interface MarkFilter {
  sorts: ReadonlySet<string>
  kind: string
  problem: string
  model: string
  level: number
}

export interface Choice {
  value: string
  zh: string
  count: number
}

/** Of a kind of choice (problem, model, object kind), what there is and how often, most often first. */
export function choicesOf(marks: readonly PlacedMark[], of: (mark: PlacedMark) => readonly [value: string, zh: string]): Choice[] {
  const found = new Map<string, Choice>()
  for (const mark of marks) {
    const [value, zh] = of(mark)
    const held = found.get(value) ?? { value, zh, count: 0 }
    found.set(value, { ...held, count: held.count + 1 })
  }
  return [...found.values()].sort((a, b) => b.count - a.count || a.zh.localeCompare(b.zh, 'zh'))
}

/** Marks that pass; an empty field passes all. */
export function passing(marks: readonly PlacedMark[], { sorts, kind, problem, model, level }: MarkFilter): PlacedMark[] {
  return marks.filter(
    ({ mark }) =>
      sorts.has(mark.sort) &&
      (!kind || mark.object_kind === kind) &&
      (!problem || mark.problem === problem) &&
      (!model || mark.model === model) &&
      (!level || mark.level === level),
  )
}

/** One icon: all marks of a sort at one object, in the look of the gravest. */
export interface Icon {
  layer: string
  number: number
  sort: string
  level: number
  count: number
}

export function iconsOf(marks: readonly PlacedMark[]): Icon[] {
  const found = new Map<string, Icon>()
  for (const { layer, number, mark } of marks) {
    const key = `${mark.sort}/${layer}/${number}`
    const held = found.get(key)
    if (!held) found.set(key, { layer, number, sort: mark.sort, level: mark.level, count: 1 })
    else found.set(key, { ...held, count: held.count + 1, level: Math.min(held.level, mark.level) })
  }
  return [...found.values()]
}
