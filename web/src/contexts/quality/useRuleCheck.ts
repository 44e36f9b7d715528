/** Asks the server, once the hand rests, whether a rule could be published as it stands and how it reads. */
import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { asProblem, type Problem } from '@/api/problem'
import type { RuleHead } from './ruleDraft'
import { checkRule, type RuleContent, type RuleReading } from './ruleQueries'

const REST_MS = 300

export function useRuleCheck(head: Ref<RuleHead>, content: Ref<RuleContent>) {
  const reading = shallowRef<RuleReading | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const isChecking = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0

  async function check(): Promise<void> {
    const mine = ++asked
    try {
      const found = await checkRule(head.value.kind, head.value.dataClass, content.value)
      if (mine !== asked) return
      reading.value = found
      problem.value = null
    } catch (error) {
      if (mine === asked) problem.value = asProblem(error)
    } finally {
      if (mine === asked) isChecking.value = false
    }
  }

  function rest(): void {
    clearTimeout(timer)
    isChecking.value = true
    timer = setTimeout(() => void check(), REST_MS)
  }

  watch([() => head.value.kind, content], rest, { deep: true, immediate: true })
  onScopeDispose(() => {
    clearTimeout(timer)
    asked += 1
  })
  return { reading, problem, isChecking }
}
