/** Is the city coming in live, and what is new: the page's store over the one socket. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { liveSocket, type LiveEvent, type LiveState } from '@/api/live'
import { useClock } from './clock'

export type Connection = 'live' | 'reconnecting' | 'stale'

/** Platform seconds without a new minute after which what is shown counts as old. */
export const STALE_AFTER_S = 180

/** What the header says: connected but without news (a minute, or the connection itself) for long is not "live". */
export function connectionOf(state: LiveState, lastNews: number, now: number): Connection {
  if (state !== 'live') return 'reconnecting'
  return now - lastNews > STALE_AFTER_S ? 'stale' : 'live'
}

export function numberField(event: LiveEvent, field: string): number | null {
  const value = event[field]
  return typeof value === 'number' ? value : null
}

export function textField(event: LiveEvent, field: string): string {
  const value = event[field]
  return typeof value === 'string' ? value : ''
}

/** Outdoor temperature among a minute's totals. */
function outdoorOf(event: LiveEvent): number | null {
  const totals = event.totals
  if (typeof totals !== 'object' || totals === null || !('outdoor_temp_c' in totals)) return null
  return typeof totals.outdoor_temp_c === 'number' ? totals.outdoor_temp_c : null
}

export const useLive = defineStore('live', () => {
  const clock = useClock()
  const state = ref<LiveState>('closed')
  /** The newest minute the pipeline has finished (epoch seconds), 0 before the first. */
  const minute = ref(0)
  /** Rises with each alert opened or closed: lists watch it. */
  const alertNews = ref(0)
  const lastAlert = ref<LiveEvent | null>(null)
  /** Mean of the weather stations in the newest minute; null before the first. */
  const outdoorTempC = ref<number | null>(null)
  const connectedAt = ref(0)
  const connection = computed(() => connectionOf(state.value, minute.value || connectedAt.value, clock.now))

  liveSocket.onState((next) => {
    state.value = next
    if (next !== 'live') return
    connectedAt.value = clock.exact()
    alertNews.value += 1 // whatever happened meanwhile is asked for again
  })
  liveSocket.onEvent((event) => {
    if (event.type === 'minute') {
      minute.value = numberField(event, 'time') ?? minute.value
      outdoorTempC.value = outdoorOf(event) ?? outdoorTempC.value
    } else if (event.type === 'alert_opened' || event.type === 'alert_closed') {
      alertNews.value += 1
      if (event.type === 'alert_opened') lastAlert.value = event
    }
  })

  return { state, minute, connection, outdoorTempC, alertNews, lastAlert, open: () => liveSocket.open(), close: () => liveSocket.close() }
})
