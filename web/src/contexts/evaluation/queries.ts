/** What the server knows of scores, weights, samples and reports. */
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'
import type { operations } from '@/api/schema'

export type Span = 'day' | 'month' | 'quarter' | 'season' | 'year'
export type SubjectKind = Schemas['SubjectKind']
export type Score = Schemas['ScoreOut']
export type Scores = Schemas['ScoresOut']
export type Round = Schemas['RoundOut']
export type Check = Schemas['CheckOut']
export type Trend = Schemas['TrendOut']
export type Words = Schemas['WordsOut']
export type Version = Schemas['VersionOut']
export type Model = Version['document']
export type Effect = Schemas['EffectOut']
export type EffectRow = Schemas['EffectRow']
export type Change = Schemas['ChangeOut']
export type Sample = Schemas['SampleOut']
export type Sampled = Schemas['SampledOut']
export type Report = Schemas['EvaluationReportOut']
export type StageCheck = Schemas['StageCheckOut']
export type WorstObject = Schemas['ObjectOut']

/** A period by its span and key; an empty key is the newest one. */
export interface Period {
  span: Span
  period: string
}

export interface Subject {
  kind: SubjectKind
  number: number
}

export const getWords = (): Promise<Words> => body(api.GET('/api/v1/evaluation/words'))

export function listRounds(span: Span): Promise<Round[]> {
  return body(api.GET('/api/v1/evaluation/rounds', { params: { query: { span, limit: 60 } } }))
}

type ScoresQuery = NonNullable<operations['cleanheat_evaluation_http_scores_scores']['parameters']['query']>

export function getScores(query: ScoresQuery): Promise<Scores> {
  return body(api.GET('/api/v1/evaluation/scores', { params: { query } }))
}

export function getRanking(query: Period & { data_set: string; scene: string }): Promise<Scores> {
  return body(api.GET('/api/v1/evaluation/ranking', { params: { query } }))
}

export function getTrend(query: Period & Subject & { data_set: string; count: number }): Promise<Trend> {
  return body(api.GET('/api/v1/evaluation/trend', { params: { query } }))
}

export function listChecks(query: Period & Subject & { data_set: string }): Promise<Check[]> {
  return body(api.GET('/api/v1/evaluation/checks', { params: { query } }))
}

export function listObjects(query: Period & Subject & { rule: number; limit: number }): Promise<WorstObject[]> {
  return body(api.GET('/api/v1/evaluation/objects', { params: { query } }))
}

export function getProblems(query: Period & Subject): Promise<Schemas['ProblemsOut']> {
  return body(api.GET('/api/v1/evaluation/problems', { params: { query } }))
}

export function computeRound({ span, period }: Period): Promise<{ job_id: number }> {
  return body(api.POST('/api/v1/evaluation/rounds/{span}/{period}/compute', { params: { path: { span, period } } }))
}

export function decideRound({ span, period }: Period, decision: 'publish' | 'withdraw', note: string): Promise<Round> {
  const asked = { params: { path: { span, period } }, body: { note } }
  return decision === 'publish'
    ? body(api.POST('/api/v1/evaluation/rounds/{span}/{period}/publish', asked))
    : body(api.POST('/api/v1/evaluation/rounds/{span}/{period}/withdraw', asked))
}

export const getWeights = (): Promise<Schemas['WeightsOut']> => body(api.GET('/api/v1/evaluation/weights'))

export function previewWeights(document: Model, { span, period }: Period): Promise<Effect> {
  return body(api.POST('/api/v1/evaluation/weights/preview', { body: { document: { ...document }, span, period } }))
}

export function changeWeights(document: Model, valid_from: string | null, reason: string): Promise<Version> {
  return body(api.POST('/api/v1/evaluation/weights', { body: { document: { ...document }, valid_from, reason } }))
}

export const listChanges = (): Promise<Change[]> => body(api.GET('/api/v1/evaluation/improvement'))

export function listStages(query: Period): Promise<StageCheck[]> {
  return body(api.GET('/api/v1/evaluation/life-cycle', { params: { query } }))
}

export const listSamples = (): Promise<Sample[]> => body(api.GET('/api/v1/evaluation/samples'))

export function drawSample(asked: Schemas['SampleIn']): Promise<Sample> {
  return body(api.POST('/api/v1/evaluation/samples', { body: asked }))
}

export function listSampled(sample_id: number): Promise<Sampled[]> {
  return body(api.GET('/api/v1/evaluation/samples/{sample_id}/records', { params: { path: { sample_id } } }))
}

export function verifySampled(record_id: number, verification: string, note: string): Promise<Sampled> {
  const params = { path: { record_id } }
  return body(api.POST('/api/v1/evaluation/samples/records/{record_id}', { params, body: { verification, note } }))
}

type ReportsQuery = NonNullable<operations['cleanheat_evaluation_http_reports_list_reports']['parameters']['query']>

export function listReports(query: ReportsQuery): Promise<Report[]> {
  return body(api.GET('/api/v1/evaluation/reports', { params: { query } }))
}

export function requestReports(asked: Schemas['ReportIn']): Promise<Report[]> {
  return body(api.POST('/api/v1/evaluation/reports', { body: asked }))
}

export function getReport(report_id: number): Promise<Report> {
  return body(api.GET('/api/v1/evaluation/reports/{report_id}', { params: { path: { report_id } } }))
}

export function publishReport(report_id: number): Promise<Report> {
  return body(api.POST('/api/v1/evaluation/reports/{report_id}/publish', { params: { path: { report_id } } }))
}

export function withdrawReport(report_id: number, reason: string): Promise<Report> {
  return body(api.POST('/api/v1/evaluation/reports/{report_id}/withdraw', { params: { path: { report_id } }, body: { reason } }))
}

export function commentReport(report_id: number, text: string): Promise<Report> {
  return body(api.POST('/api/v1/evaluation/reports/{report_id}/comments', { params: { path: { report_id } }, body: { text } }))
}

export function closeReport(report_id: number): Promise<Report> {
  return body(api.POST('/api/v1/evaluation/reports/{report_id}/close', { params: { path: { report_id } } }))
}

export function exportAddress(what: 'scores' | `reports/${number}`, format: 'csv' | 'xlsx', query: Record<string, string> = {}): string {
  return `/api/v1/evaluation/${what}/export?${new URLSearchParams({ ...query, format })}`
}

export const pdfAddress = (id: number): string => `/api/v1/evaluation/reports/${id}/pdf`
