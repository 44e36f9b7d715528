/** Layers on their way to another coordinate system: what the server is asked, and what a request still lacks. */
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'

export type Conversion = Schemas['ConversionOut']
export type ConversionRequest = Schemas['ConversionIn']
export type Control = Schemas['ControlOut']
export type Source = 'four' | 'seven' | 'control'

/** What a form holds: numbers as typed, files as read; nothing of it is kept when the request has gone out. */
export interface ConversionDraft {
  system: string
  target: string
  format: string
  source: Source
  meridian: number
  ellipsoid: string
  falseEasting: number
  parameters: Record<string, string>
  checks: string
  isNorthFirst: boolean
}

export const PARAMETERS: Record<'four' | 'seven', readonly { key: string; label: string }[]> = {
  four: [
    { key: 'dx', label: 'ΔX 东（m）' },
    { key: 'dy', label: 'ΔY 北（m）' },
    { key: 'a', label: 'a = k·cosα' },
    { key: 'b', label: 'b = k·sinα' },
  ],
  seven: [
    { key: 'dx', label: 'ΔX（m）' },
    { key: 'dy', label: 'ΔY（m）' },
    { key: 'dz', label: 'ΔZ（m）' },
    { key: 'rx', label: 'εX（″）' },
    { key: 'ry', label: 'εY（″）' },
    { key: 'rz', label: 'εZ（″）' },
    { key: 'm', label: '尺度（ppm）' },
  ],
}

export const emptyDraft = (): ConversionDraft => ({
  system: 'local',
  target: 'wgs84',
  format: 'GPKG',
  source: 'control',
  meridian: 126,
  ellipsoid: 'CGCS2000',
  falseEasting: 500_000,
  parameters: {},
  checks: '',
  isNorthFirst: false,
})

const at = (conversion_id: number) => ({ params: { path: { conversion_id } } })

export const conversionWords = () => body(api.GET('/api/v1/archive/conversion-words'))
export const listConversions = (): Promise<Conversion[]> => body(api.GET('/api/v1/archive/conversions'))
export const getConversion = (id: number): Promise<Conversion> => body(api.GET('/api/v1/archive/conversions/{conversion_id}', at(id)))
export const throwAway = (id: number): Promise<Conversion> => body(api.DELETE('/api/v1/archive/conversions/{conversion_id}', at(id)))

export function handInLayers(files: readonly File[]): Promise<Conversion> {
  const bodySerializer = (): FormData => {
    const form = new FormData()
    for (const file of files) form.append('file', file)
    return form
  }
  return body(api.POST('/api/v1/archive/conversions', { body: { file: [] }, bodySerializer }))
}

export function fitControl(id: number, draft: ConversionDraft, model: 'four' | 'seven', points: string): Promise<Control> {
  return body(api.POST('/api/v1/archive/conversions/{conversion_id}/control', { ...at(id), body: { model, plane: planeOf(draft), points, is_north_first: draft.isNorthFirst } }))
}

export const startConversion = (id: number, draft: ConversionDraft): Promise<Conversion> => body(api.POST('/api/v1/archive/conversions/{conversion_id}/start', { ...at(id), body: requestOf(draft) }))

export const resultAddress = (id: number): string => `/api/v1/archive/conversions/${id}/result`
export const reportAddress = (id: number): string => `/api/v1/archive/conversions/${id}/report?format=xlsx`
export const refusedRowsAddress = (id: number): string => `/api/v1/archive/conversions/${id}/refused?format=xlsx`

function planeOf(draft: ConversionDraft): Schemas['PlaneIn'] {
  return { central_meridian: draft.meridian, ellipsoid: draft.ellipsoid, false_easting_m: draft.falseEasting, false_northing_m: 0, zone_prefix: 0 }
}

const numbers = (draft: ConversionDraft, part: 'four' | 'seven'): Record<string, number> => Object.fromEntries(PARAMETERS[part].map(({ key }) => [key, Number(draft.parameters[key])]))

/** The request of a draft; parameters only where they are typed. */
export function requestOf(draft: ConversionDraft): ConversionRequest {
  const shared = { system: draft.system, target: draft.target, format: draft.format, checks: draft.checks, is_north_first: draft.isNorthFirst, x_column: '', y_column: '', is_fitted: false }
  if (draft.system !== 'local') return shared
  if (draft.source === 'control') return { ...shared, is_fitted: true }
  const typed = numbers(draft, draft.source)
  return { ...shared, plane: planeOf(draft), [draft.source]: typed }
}

/** Parameters nobody has typed, or not as numbers. */
export function untyped(draft: ConversionDraft, isFitted: boolean): string[] {
  if (draft.system !== 'local') return []
  if (draft.source === 'control') return isFitted ? [] : ['控制点']
  return PARAMETERS[draft.source].filter(({ key }) => !draft.parameters[key]?.trim() || Number.isNaN(Number(draft.parameters[key]))).map(({ label }) => label)
}

/** Metres as a surveyor reads them. */
export const metres = (value: number | null | undefined): string => (value === null || value === undefined ? '–' : value.toFixed(4))
