/** One question to the server as reactive state: loading, answer, problem, and how old the answer is. */
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef, type WatchSource } from 'vue'
import { asProblem, type Problem } from './problem'

export interface Asked<T> {
  data: ShallowRef<T | null>
  problem: ShallowRef<Problem | null>
  loading: Ref<boolean>
  /** Machine time (ms) of the last good answer. */
  answeredAt: Ref<number>
  ask: () => Promise<void>
}

export interface AskOptions {
  /** Ask again when one of these changes. */
  on?: WatchSource[]
  /** Ask again this often (ms); 0: never. */
  everyMs?: () => number
  /** What was answered before is dropped when the question itself changes. */
  forgetOn?: WatchSource[]
}

/** Asks at once and again as `options` say; an answer that a newer question overtook is ignored. */
export function useAsk<T>(question: () => Promise<T>, options: AskOptions = {}): Asked<T> {
  const data = shallowRef<T | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  const answeredAt = ref(0)
  let asked = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  async function ask(): Promise<void> {
    clearTimeout(timer)
    const mine = ++asked
    loading.value = true
    try {
      const answer = await question()
      if (mine !== asked) return
      data.value = answer
      problem.value = null
      answeredAt.value = Date.now()
    } catch (error) {
      if (mine !== asked) return
      problem.value = asProblem(error)
    }
    loading.value = false
    const pause = options.everyMs?.() ?? 0
    if (pause > 0) timer = setTimeout(() => void ask(), pause)
  }

  if (options.on?.length) watch(options.on, () => void ask())
  if (options.forgetOn?.length) {
    watch(options.forgetOn, () => {
      data.value = null
      void ask()
    })
  }
  onScopeDispose(() => {
    asked += 1
    clearTimeout(timer)
  })
  void ask()
  return { data, problem, loading, answeredAt, ask }
}
