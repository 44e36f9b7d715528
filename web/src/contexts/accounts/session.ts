/** Who is signed in and what may they do. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'
import { useClock } from '@/app/clock'

export type Me = Schemas['Me']
type Session = Schemas['Session']

const ROLES: Readonly<Record<string, string>> = { reader: '查看员', dispatcher: '调度员', administrator: '管理员' }

export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null)
  const isLoaded = ref(false)
  const isSignedIn = computed(() => me.value !== null)
  /** What people call this user's place: organisation and role. */
  const post = computed(() =>
    [me.value?.organisation?.name, ROLES[me.value?.role ?? '']].filter(Boolean).join(' · '),
  )

  function enter(next: Session): void {
    me.value = next.me
    isLoaded.value = true
    useClock().sync(next.clock.now, next.clock.speed)
  }

  async function load(): Promise<void> {
    enter(await body(api.GET('/api/v1/session')))
  }

  async function signIn(username: string, password: string): Promise<void> {
    enter(await body(api.POST('/api/v1/session', { body: { username, password } })))
  }

  async function signOut(): Promise<void> {
    await api.DELETE('/api/v1/session')
    leave()
  }

  function leave(): void {
    me.value = null
    isLoaded.value = true
  }

  function may(permission: string | undefined): boolean {
    return !permission || (me.value?.permissions.includes(permission) ?? false)
  }

  return { me, post, isLoaded, isSignedIn, load, signIn, signOut, leave, may }
})
