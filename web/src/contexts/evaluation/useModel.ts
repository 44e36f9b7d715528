/** Words and grades that every page of the evaluation needs, asked together. */
import { computed } from 'vue'
import { useAsk } from '@/api/useAsk'
import { getWeights, getWords } from './queries'

export function useModel() {
  const asked = useAsk(async () => {
    const [words, weights] = await Promise.all([getWords(), getWeights()])
    return { words, weights }
  })
  const words = computed(() => asked.data.value?.words ?? null)
  const weights = computed(() => asked.data.value?.weights ?? null)
  const current = computed(() => weights.value?.versions.find(({ number }) => number === weights.value?.current) ?? null)
  const grades = computed(() => current.value?.document.grades ?? [])
  return { asked, words, weights, current, grades }
}
