/** How a view of the map is written in the address: `?v=125.3235,43.8171,11.20,50,0&theme=operation&focus=substation:12`.
 *  `sel` names what is selected without flying there, `m` the mode and `l` the layers, for a link that shows the same. */
import type { View } from '@/map/cityMap'

export interface Focus {
  kind: string
  number: number
}

type Query = Readonly<Record<string, unknown>>

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

export function viewText({ center, zoom, pitch, bearing }: View): string {
  return [center[0].toFixed(5), center[1].toFixed(5), zoom.toFixed(2), pitch.toFixed(0), bearing.toFixed(0)].join(',')
}

/** The view in an address; null if there is none or it makes no sense. */
export function viewOf(query: Query): View | null {
  const parts = text(query.v).split(',')
  const numbers = parts.map(Number)
  const [lon, lat, zoom, pitch, bearing] = numbers
  if (parts.length !== 5 || numbers.some((n) => !Number.isFinite(n)) || parts.some((part) => part === '')) return null
  if (Math.abs(lon!) > 180 || Math.abs(lat!) > 85) return null
  return { center: [lon!, lat!], zoom: zoom!, pitch: pitch!, bearing: bearing! }
}

/** The object an address asks to fly to. */
export function focusOf(query: Query): Focus | null {
  return objectOf(query.focus)
}

/** The object an address shows as selected where the camera already is. */
export function selectionOf(query: Query): Focus | null {
  return objectOf(query.sel)
}

function objectOf(value: unknown): Focus | null {
  const match = /^([a-z_]+):(\d{1,9})$/.exec(text(value))
  return match ? { kind: match[1]!, number: Number(match[2]) } : null
}
