/** Answers of several panels: asked in one request, again when due, each with its own error. */
import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import { api, body } from '@/api/client'
import { asProblem, type Problem } from '@/api/problem'
import { useClock } from '@/app/clock'
import type { Span } from '@/kernel/time'
import { dueKeys } from './due'
import type { PanelAnswer } from './kinds/result'

/** Panels are looked at this often (machine time), however fast the platform's clock runs. */
const LOOK_EVERY_MS = 10_000

export function usePanels(keys: () => readonly string[], span: () => Span | null) {
  const clock = useClock()
  const answers = shallowRef(new Map<string, PanelAnswer>())
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  let epoch = 0

  async function ask(wanted: readonly string[] = keys()): Promise<void> {
    if (!wanted.length) return
    const mine = epoch
    loading.value = true
    try {
      const window = span()
      const query = { keys: wanted.join(','), start: window?.start, end: window?.end }
      const answered = await body(api.GET('/api/v1/panels', { params: { query } }))
      if (mine !== epoch) return
      const panels = answered.panels as PanelAnswer[] // the client's types forget the length of tuples
      const next = new Map(answers.value)
      for (const panel of panels) next.set(panel.key, panel)
      answers.value = next
      problem.value = null
    } catch (error) {
      if (mine === epoch) problem.value = asProblem(error)
    } finally {
      if (mine === epoch) loading.value = false
    }
  }

  const timer = setInterval(() => {
    if (document.hidden || loading.value || span()) return // a fixed window in the past does not change
    void ask(dueKeys(answers.value.values(), clock.exact()))
  }, LOOK_EVERY_MS)

  watch(
    [() => keys().join(','), span],
    () => {
      epoch += 1
      answers.value = new Map()
      loading.value = false
      void ask()
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    epoch += 1
    clearInterval(timer)
  })
  return { answers, problem, loading, ask }
}
