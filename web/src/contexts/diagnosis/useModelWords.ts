/** Words of the models, asked once a session. */
import { shallowRef } from 'vue'
import { asProblem, type Problem } from '@/api/problem'
import { getModelWords, type ModelWords } from './modelQueries'

const words = shallowRef<ModelWords | null>(null)
const problem = shallowRef<Problem | null>(null)

async function load(): Promise<void> {
  try {
    words.value = await getModelWords()
    problem.value = null
  } catch (error) {
    problem.value = asProblem(error)
  }
}

export function useModelWords() {
  if (!words.value) void load()
  return { words, problem, load }
}
