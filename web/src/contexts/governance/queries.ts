/** Data governance: how its alarms stand, and the materials of trainings. */
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'
import type { Attachment } from '@/files/queries'

export type AlertStanding = Schemas['AlertStanding']

export function alertStanding(hours: number, family: 'quality' | 'diagnosis' = 'quality'): Promise<AlertStanding> {
  return body(api.GET('/api/v1/alerts/standing', { params: { query: { family, hours } } }))
}

export function trainingFiles(id: number): Promise<Attachment[]> {
  return body(api.GET('/api/v1/governance/trainings/{training_id}/files', { params: { path: { training_id: id } } }))
}

export function attachToTraining(id: number, files: readonly number[]): Promise<Attachment[]> {
  return body(api.POST('/api/v1/governance/trainings/{training_id}/files', { params: { path: { training_id: id } }, body: { files: [...files] } }))
}
