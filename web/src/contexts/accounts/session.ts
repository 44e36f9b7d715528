/** Who is signed in and what may they do. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, body } from '@/api/client'
import { Problem } from '@/api/problem'
import type { Schemas } from '@/api/types'
import { useClock } from '@/app/clock'

export type Session = Schemas['SessionOut']

export const useSession = defineStore('session', () => {
  const session = ref<Session | null>(null)
  const isLoaded = ref(false)
  const isSignedIn = computed(() => session.value !== null)

  function enter(next: Session): void {
    session.value = next
    isLoaded.value = true
    useClock().sync(next.now, next.speed)
  }

  async function load(): Promise<void> {
    try {
      enter(await body(api.GET('/api/v1/session')))
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error
      leave()
    }
  }

  async function signIn(name: string, password: string): Promise<void> {
    enter(await body(api.POST('/api/v1/session', { body: { name, password } })))
  }

  async function signOut(): Promise<void> {
    await api.DELETE('/api/v1/session')
    leave()
  }

  function leave(): void {
    session.value = null
    isLoaded.value = true
  }

  function may(permission: string | undefined): boolean {
    return !permission || (session.value?.permissions.includes(permission) ?? false)
  }

  return { session, isLoaded, isSignedIn, load, signIn, signOut, leave, may }
})
