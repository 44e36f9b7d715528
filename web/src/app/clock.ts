/** What time is it on the platform: the server's clock, running at its speed between syncs. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

/** Platform time and machine time (ms since page start) of one sync. */
export interface Anchor {
  epoch: number
  machineMs: number
  speed: number
}

export function platformNow(anchor: Anchor, machineMs: number): number {
  return anchor.epoch + ((machineMs - anchor.machineMs) / 1000) * anchor.speed
}

export const useClock = defineStore('clock', () => {
  const anchor = ref<Anchor>({ epoch: Date.now() / 1000, machineMs: performance.now(), speed: 1 })
  const isSynced = ref(false)
  const now = ref(anchor.value.epoch)
  const speed = computed(() => anchor.value.speed)

  function exact(): number {
    return platformNow(anchor.value, performance.now())
  }

  function sync(epoch: number, newSpeed: number = anchor.value.speed): void {
    anchor.value = { epoch, machineMs: performance.now(), speed: newSpeed }
    isSynced.value = true
    now.value = epoch
  }

  setInterval(() => {
    now.value = exact()
  }, 1_000)

  return { now, speed, isSynced, exact, sync }
})
