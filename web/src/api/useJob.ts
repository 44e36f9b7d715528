/** Follows a piece of background work until it ends: how far it is, its answer, and the way to stop it. */
import { computed, onScopeDispose, shallowRef } from 'vue'
import { api, body } from './client'
import { asProblem, type Problem } from './problem'
import type { Schemas } from './types'

export type Job = Schemas['JobOut']

const PAUSE_MS = 800

export function useJob(ended?: (job: Job) => void) {
  const job = shallowRef<Job | null>(null)
  const problem = shallowRef<Problem | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let followed = 0

  const isRunning = computed(() => job.value?.state === 'queued' || job.value?.state === 'running')
  /** 0–100; null while nobody knows. */
  const percent = computed(() => (job.value?.total ? Math.min(100, Math.round((100 * job.value.done) / job.value.total)) : null))

  async function look(id: number): Promise<void> {
    const params = { path: { job_id: id } }
    try {
      const found = await body(api.GET('/api/v1/jobs/{job_id}', { params }))
      if (id !== followed) return
      job.value = found
      problem.value = null
      if (isRunning.value) timer = setTimeout(() => void look(id), PAUSE_MS)
      else ended?.(found)
    } catch (error) {
      if (id === followed) problem.value = asProblem(error)
    }
  }

  function follow(id: number): void {
    clearTimeout(timer)
    followed = id
    job.value = null
    problem.value = null
    void look(id)
  }

  async function cancel(): Promise<void> {
    if (!followed) return
    try {
      job.value = await body(api.POST('/api/v1/jobs/{job_id}/cancel', { params: { path: { job_id: followed } } }))
    } catch (error) {
      problem.value = asProblem(error)
    }
  }

  /** Forget the job; it goes on by itself. */
  function leave(): void {
    clearTimeout(timer)
    followed = 0
    job.value = null
    problem.value = null
  }

  onScopeDispose(leave)
  return { job, problem, isRunning, percent, follow, cancel, leave }
}
