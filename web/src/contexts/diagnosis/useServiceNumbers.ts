/** The public numbers that scores are made of: weights of the parts, the target rate. */
import { computed } from 'vue'
import { useAsk } from '@/api/useAsk'
import { listWeights } from './queriesService'

/** Until the server has said it; charts need a number at once. */
const TARGET = 0.98

export function useServiceNumbers() {
  const asked = useAsk(listWeights)
  const rows = computed(() => asked.data.value ?? [])
  const weights = computed(() => Object.fromEntries(rows.value.filter(({ table }) => table === 'weights').map(({ name, value }) => [name, value])))
  const target = computed(() => rows.value.find(({ table, name }) => table === 'reference' && name === 'target')?.value ?? TARGET)
  return { asked, rows, weights, target }
}
