/** Instants as the city reads them: always Asia/Shanghai, whatever zone the browser is in. */

export const MINUTE_S = 60
export const HOUR_S = 3_600
export const DAY_S = 86_400

/** China Standard Time has no daylight saving, so a fixed offset is exact. */
const SHANGHAI_OFFSET_S = 8 * HOUR_S

export type Instant = number | string | null | undefined

/** Epoch seconds of an instant given as epoch seconds or as ISO 8601 with offset; NaN if it is neither. */
export function epochOf(instant: Instant): number {
  if (typeof instant === 'number') return instant
  if (!instant) return Number.NaN
  return Date.parse(instant) / 1000
}

interface Parts {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  weekday: number
}

export function shanghaiParts(instant: Instant): Parts | null {
  const epoch = epochOf(instant)
  if (!Number.isFinite(epoch)) return null
  const shifted = new Date((epoch + SHANGHAI_OFFSET_S) * 1000)
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    weekday: shifted.getUTCDay(),
  }
}

const two = (n: number): string => String(n).padStart(2, '0')

/** Epoch seconds of a Shanghai wall-clock time. */
export function epochOfShanghai(year: number, month: number, day: number, hour = 0, minute = 0): number {
  return Date.UTC(year, month - 1, day, hour, minute) / 1000 - SHANGHAI_OFFSET_S
}

export function formatDate(instant: Instant): string {
  const p = shanghaiParts(instant)
  return p ? `${p.year}-${two(p.month)}-${two(p.day)}` : '—'
}

export function formatMinute(instant: Instant): string {
  const p = shanghaiParts(instant)
  return p ? `${formatDate(instant)} ${two(p.hour)}:${two(p.minute)}` : '—'
}

export function formatSecond(instant: Instant): string {
  const p = shanghaiParts(instant)
  return p ? `${formatMinute(instant)}:${two(p.second)}` : '—'
}

export function formatClock(instant: Instant): string {
  const p = shanghaiParts(instant)
  return p ? `${two(p.hour)}:${two(p.minute)}:${two(p.second)}` : '—'
}

const WEEKDAYS = ['日', '一', '二', '三', '四', '五', '六']

export function formatDay(instant: Instant): string {
  const p = shanghaiParts(instant)
  return p ? `${p.year}年${p.month}月${p.day}日 星期${WEEKDAYS[p.weekday]}` : '—'
}

/** `3725 → 1小时2分`: two largest parts, never negative. */
export function formatDuration(seconds: number | null | undefined): string {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return '—'
  const s = Math.max(0, Math.floor(seconds))
  if (s < MINUTE_S) return `${s}秒`
  if (s < HOUR_S) return `${Math.floor(s / MINUTE_S)}分`
  if (s < DAY_S) {
    const minutes = Math.floor((s % HOUR_S) / MINUTE_S)
    return `${Math.floor(s / HOUR_S)}小时${minutes ? `${minutes}分` : ''}`
  }
  const hours = Math.floor((s % DAY_S) / HOUR_S)
  return `${Math.floor(s / DAY_S)}天${hours ? `${hours}小时` : ''}`
}

/** Milliseconds whose UTC clock reads Shanghai time: chart axes (with `useUTC`) then put their ticks on the city's hours. */
export function wallMs(epoch: number): number {
  return (epoch + SHANGHAI_OFFSET_S) * 1000
}

/** Half-open span of time in epoch seconds. */
export interface Span {
  start: number
  end: number
}

export type SpanName = 'hour' | 'day' | 'week' | 'season'

export const SPAN_NAMES: Readonly<Record<SpanName, string>> = {
  hour: '近1小时',
  day: '近24小时',
  week: '近7天',
  season: '本采暖季',
}

/** Heating season of an instant: 20 October to 6 April, both included; in summer the one that ended last. */
export function seasonOf(epoch: number): Span {
  const year = shanghaiParts(epoch)?.year ?? 1970
  const begins = (y: number): number => epochOfShanghai(y, 10, 20)
  const first = epoch >= begins(year) ? year : year - 1
  return { start: begins(first), end: epochOfShanghai(first + 1, 4, 7) }
}

/** The span a name means at `now`; a season ends at `now` while it is still running. */
export function spanOf(name: SpanName, now: number): Span {
  const end = Math.ceil(now / MINUTE_S) * MINUTE_S
  if (name === 'season') {
    const season = seasonOf(now)
    return { start: season.start, end: Math.min(season.end, end) }
  }
  const length = { hour: HOUR_S, day: DAY_S, week: 7 * DAY_S }[name]
  return { start: end - length, end }
}

/** ISO 8601 with the city's offset: what the server takes for start and end. */
export function isoOf(epoch: number): string {
  const p = shanghaiParts(epoch)
  if (!p) throw new RangeError(`not an instant: ${epoch}`)
  return `${formatDate(epoch)}T${two(p.hour)}:${two(p.minute)}:${two(p.second)}+08:00`
}
