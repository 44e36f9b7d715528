/** How many alerts are open: asked once, and again after each piece of news. */
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { useLive } from '@/app/live'
import { countOpen } from './queries'

const CALM_MS = 800

export const useOpenAlerts = defineStore('open-alerts', () => {
  const live = useLive()
  const count = ref<number | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined

  async function ask(): Promise<void> {
    try {
      count.value = await countOpen()
    } catch {
      count.value = null // the bell shows no number; the page behind it explains
    }
  }

  // A minute can open many alerts: wait until the burst is over.
  watch(
    () => live.alertNews,
    () => {
      clearTimeout(timer)
      timer = setTimeout(() => void ask(), CALM_MS)
    },
  )
  void ask()
  return { count, ask }
})
