/** Words of cold snaps: what was asked in one line, and when rooms fall below 18 °C. */
import { kindWord } from '@/kernel/kinds'
import { HOUR_S, formatMinute } from '@/kernel/time'
import type { ScenarioHead } from './queriesWeather'

type Asked = ScenarioHead['asked']

/** One source that sends less, in words. */
export function limitText({ kind, number, share, name }: Asked['limited'][number]): string {
  const who = name || `${kindWord(kind)} ${number}`
  return share > 0 ? `${who} 限供至 ${Math.round(100 * share)}%` : `${who} 停运`
}

export function askedText({ lowest_c, within_h, hours }: Asked): string {
  return `${within_h} 小时内降至 ${lowest_c} ℃，持续 ${hours} 小时`
}

/** The moment a number of hours after the start, or that it never comes. */
export function whenText(start: number, hours: number | null): string {
  return hours === null ? '不会低于' : `${formatMinute(start + hours * HOUR_S).slice(5)}（+${hours} h）`
}
