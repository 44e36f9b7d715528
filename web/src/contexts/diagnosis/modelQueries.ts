/** What the server knows of models: versions, trainings, what people set, who drifts, what handling taught. */
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'
import type { operations } from '@/api/schema'

export type Version = Schemas['ModelVersionOut']
export type ModelObjects = Schemas['ModelObjects']
export type ModelObject = Schemas['ModelObject']
export type ObjectParameters = Schemas['ModelOfObject']
export type ModelWords = Schemas['ModelWords']
export type Coefficient = Schemas['CoefficientWord']
export type Network = Schemas['NetworkOut']
export type Training = Schemas['TrainingOut']
export type Override = Schemas['OverrideOut']
export type OverrideDraft = Schemas['OverrideIn']
export type Drift = Schemas['DriftOut']
export type Feedback = Schemas['FeedbackOut']

type ObjectsQuery = NonNullable<operations['cleanheat_diagnosis_http_models_model_objects']['parameters']['query']>

export const getModelWords = (): Promise<ModelWords> => body(api.GET('/api/v1/diagnosis/models/words'))

export function listVersions(kind?: string): Promise<Version[]> {
  return body(api.GET('/api/v1/diagnosis/models', { params: { query: { kind } } }))
}

export function getVersion(version_id: number): Promise<Version> {
  return body(api.GET('/api/v1/diagnosis/models/{version_id}', { params: { path: { version_id } } }))
}

export function listModelObjects(version_id: number, query: ObjectsQuery): Promise<ModelObjects> {
  return body(api.GET('/api/v1/diagnosis/models/{version_id}/objects', { params: { path: { version_id }, query } }))
}

export function getParameters(kind: string, number: number): Promise<ObjectParameters> {
  return body(api.GET('/api/v1/diagnosis/parameters/{kind}/{number}', { params: { path: { kind, number } } }))
}

/** What one version, in force or not, says of an object. */
export function getModelObject(version_id: number, number: number): Promise<ObjectParameters> {
  const params = { path: { version_id, number } }
  return body(api.GET('/api/v1/diagnosis/models/{version_id}/objects/{number}', { params }))
}

export function adopt(version_id: number): Promise<Version> {
  return body(api.POST('/api/v1/diagnosis/models/{version_id}/adopt', { params: { path: { version_id } } }))
}

export function rollBack(version_id: number, reason: string): Promise<Version> {
  const params = { path: { version_id } }
  return body(api.POST('/api/v1/diagnosis/models/{version_id}/rollback', { params, body: { reason } }))
}

export const listNetworks = (): Promise<Network[]> => body(api.GET('/api/v1/diagnosis/networks'))

export function trainNetwork(kind: string): Promise<{ job_id: number }> {
  return body(api.POST('/api/v1/diagnosis/networks', { body: { kind } }))
}

export const listTrainings = (): Promise<Training[]> => body(api.GET('/api/v1/diagnosis/trainings'))

export function train(kind: string, numbers: number[], reason: string): Promise<Training> {
  return body(api.POST('/api/v1/diagnosis/trainings', { body: { kind, numbers, reason } }))
}

export function listOverrides(query: { kind?: string; with_ended?: boolean }): Promise<Override[]> {
  return body(api.GET('/api/v1/diagnosis/overrides', { params: { query } }))
}

export function setOverride(draft: OverrideDraft): Promise<Override> {
  return body(api.POST('/api/v1/diagnosis/overrides', { body: draft }))
}

export function endOverride(override_id: number): Promise<Override> {
  return body(api.POST('/api/v1/diagnosis/overrides/{override_id}/end', { params: { path: { override_id } } }))
}

export function listDrift(query: { kind?: string; state?: Drift['state'] | null }): Promise<Drift[]> {
  return body(api.GET('/api/v1/diagnosis/drift', { params: { query } }))
}

export function refitDrift(drift_id: number): Promise<Drift> {
  return body(api.POST('/api/v1/diagnosis/drift/{drift_id}/refit', { params: { path: { drift_id } } }))
}

export function dismissDrift(drift_id: number, note: string): Promise<Drift> {
  const params = { path: { drift_id } }
  return body(api.POST('/api/v1/diagnosis/drift/{drift_id}/dismiss', { params, body: { note } }))
}

export function listFeedback(kind?: string): Promise<Feedback[]> {
  return body(api.GET('/api/v1/diagnosis/feedback', { params: { query: { kind } } }))
}
