/** The trace on the map: asked, answered, marked, taken back step by step, cleared. */
import { computed, ref, shallowRef, watch } from 'vue'
import { asProblem, type Problem } from '@/api/problem'
import { getTrace } from './queries'
import { marksOf, toggled, type TraceAnswer, type TraceAsk } from './trace'
import type { CityMapState } from './useCityMap'

export function useTracing(map: CityMapState, first: TraceAsk | null) {
  const ask = shallowRef<TraceAsk | null>(first)
  const answer = shallowRef<TraceAnswer | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  const past = shallowRef<(TraceAsk | null)[]>([])
  const future = shallowRef<(TraceAsk | null)[]>([])
  let newest = 0

  function start(next: TraceAsk | null): void {
    past.value = [...past.value, ask.value]
    future.value = []
    ask.value = next
  }

  function step(from: typeof past, to: typeof past): void {
    const last = from.value.at(-1)
    if (last === undefined) return
    to.value = [...to.value, ask.value]
    from.value = from.value.slice(0, -1)
    ask.value = last
  }

  function clear(): void {
    past.value = []
    future.value = []
    ask.value = null
  }

  async function answered(): Promise<void> {
    const [wanted, city, manifest] = [ask.value, map.city.value, map.manifest.value]
    const mine = ++newest
    answer.value = null
    problem.value = null
    if (!wanted || !city || !manifest) {
      loading.value = false
      city?.clearTrace()
      return
    }
    loading.value = true
    try {
      const found = await getTrace(wanted)
      if (mine !== newest) return
      answer.value = found
      const marks = marksOf(wanted, found, manifest)
      city.showTrace(marks)
      city.fitTrace(marks)
    } catch (error) {
      if (mine !== newest) return
      problem.value = asProblem(error)
      city.clearTrace()
    } finally {
      if (mine === newest) loading.value = false
    }
  }

  watch([ask, map.city], () => void answered())

  return {
    ask, answer, problem, loading, start, clear,
    again: answered,
    toggle: (kind: string, number: number) => start(toggled(ask.value, kind, number)),
    undo: () => step(past, future),
    redo: () => step(future, past),
    canUndo: computed(() => past.value.length > 0),
    canRedo: computed(() => future.value.length > 0),
  }
}

export type Tracing = ReturnType<typeof useTracing>
