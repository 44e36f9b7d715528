/** The map as it was: asked hour by hour, played, stepped, and back to live; frames of now wait meanwhile. */
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { asProblem, type Problem } from '@/api/problem'
import { framesOf, HOUR_S, ReplayHour } from '@/map/state/replay'
import { gapsOf, isGap, played, rangeOf, stepped } from './replayClock'
import { getReplayHour, getReplayIndex, type ReplayIndex } from './replayQueries'
import type { CityMapState } from './useCityMap'

/** Minutes of the city a second. */
export const SPEEDS: readonly number[] = [1, 5, 15, 60]
const TICK_MS = 250
const HOURS_HELD = 8

export function useReplay(map: CityMapState) {
  const isOn = ref(false)
  const isPlaying = ref(false)
  const speed = ref(15)
  const at = ref(0)
  const index = shallowRef<ReplayIndex | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  const hours = new Map<string, Promise<ReplayHour>>()
  const range = computed(() => index.value && rangeOf(index.value))
  const gaps = computed(() => (index.value && range.value ? gapsOf(index.value, range.value) : []))
  const otherMap = ref(false)
  let timer: ReturnType<typeof setInterval> | undefined
  let newest = 0

  /** What the viewer should know of the present moment; empty while all is well. */
  const notice = computed(() => {
    const theme = map.theme()
    if (!isOn.value || problem.value || loading.value) return ''
    if (!theme || theme.history_s === 0) return `“${theme?.zh ?? '基础设施'}”主题不随时间变化，显示当前状态`
    if (!index.value || !range.value) return '该主题还没有历史记录'
    if (otherMap.value) return '当时的管网图与现在不同，无法回放'
    return isGap(index.value, at.value) ? '该时刻没有记录（平台停机或未采集）' : ''
  })

  async function enter(): Promise<void> {
    isOn.value = true
    map.hold(true)
    at.value = 0
    await adopt()
  }

  function leave(): void {
    pause()
    isOn.value = false
    hours.clear()
    newest += 1
    map.hold(false)
  }

  /** Another theme, or the first one: what is kept of it. */
  async function adopt(): Promise<void> {
    const mine = ++newest
    const theme = map.theme()
    problem.value = null
    otherMap.value = false
    if (!theme?.history_s) {
      index.value = null
      pause()
      map.showNow()
      return
    }
    loading.value = true
    map.hold(true)
    try {
      const found = await getReplayIndex(theme.key)
      if (mine !== newest) return
      index.value = found
      const whole = rangeOf(found)
      if (whole) at.value = at.value ? Math.min(whole.until, Math.max(whole.from, at.value)) : whole.until
    } catch (error) {
      if (mine === newest) problem.value = asProblem(error)
    } finally {
      if (mine === newest) loading.value = false
    }
    await show()
  }

  async function show(): Promise<void> {
    const mine = ++newest
    const [theme, known, time] = [map.theme(), index.value, at.value]
    if (!isOn.value || !theme || !known || !range.value) return
    const start = Math.floor(time / HOUR_S) * HOUR_S
    if (isGap(known, time) || !known.hours.includes(start)) return map.showPast(new Map())
    try {
      const hour = await hourOf(theme.key, start)
      if (mine !== newest) return
      otherMap.value = hour.isOfAnotherMap
      map.showPast(hour.isOfAnotherMap ? new Map() : hour.statesAt(time))
      if (known.hours.includes(start + HOUR_S)) void hourOf(theme.key, start + HOUR_S).catch(() => null)
    } catch (error) {
      if (mine !== newest) return
      problem.value = asProblem(error)
      pause()
    }
  }

  /** Asked once; the next hour's is on its way before it is played. */
  function hourOf(theme: string, start: number): Promise<ReplayHour> {
    const key = `${theme}/${start}`
    const held = hours.get(key)
    if (held) return held
    const version = map.manifest.value?.geometry_version ?? 0
    const asked = getReplayHour(theme, start).then((chunk) => new ReplayHour(start, framesOf(chunk), version))
    hours.set(key, asked)
    asked.catch(() => hours.delete(key))
    while (hours.size > HOURS_HELD) hours.delete(hours.keys().next().value!)
    return asked
  }

  function seek(time: number): void {
    if (!range.value) return
    at.value = Math.min(range.value.until, Math.max(range.value.from, time))
    void show()
  }

  function step(steps: number): void {
    pause()
    if (range.value && index.value) seek(stepped(range.value, at.value, steps, index.value.step_s))
  }

  function play(): void {
    if (!range.value || !index.value) return
    if (at.value >= range.value.until) at.value = range.value.from
    isPlaying.value = true
    clearInterval(timer)
    timer = setInterval(tick, TICK_MS)
  }

  /** City time that has passed since the last tick adds up until it reaches the theme's next picture. */
  let owed = 0
  function tick(): void {
    const [known, whole] = [index.value, range.value]
    if (!known || !whole) return pause()
    owed += speed.value * 60 * (TICK_MS / 1000)
    if (owed < known.step_s) return
    seek(played(known, whole, at.value, owed))
    owed = 0
    if (at.value >= whole.until) pause()
  }

  function pause(): void {
    isPlaying.value = false
    clearInterval(timer)
    timer = undefined
    owed = 0
  }

  watch(map.themeKey, () => {
    if (isOn.value) void adopt()
  })
  onScopeDispose(pause)

  return { isOn, isPlaying, speed, at, index, range, gaps, problem, loading, notice, enter, leave, seek, step, play, pause, again: adopt }
}

export type ReplayState = ReturnType<typeof useReplay>
