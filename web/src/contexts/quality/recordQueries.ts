/** What checks of archives and hotline records found, and what people decide about it. */
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'
import type { operations } from '@/api/schema'

export type CheckRun = Schemas['RunOut']
export type RuleCount = Schemas['RuleCount']
export type Issue = Schemas['IssueOut']
export type IssuePage = Schemas['IssuePage']
export type IssueQuery = NonNullable<operations['cleanheat_quality_records_http_issues']['parameters']['query']>

export function listRuns(): Promise<CheckRun[]> {
  return body(api.GET('/api/v1/quality/records/checks'))
}

/** Starts a run over some tables (none: all); answers its job. */
export async function startRun(tables: string[]): Promise<number> {
  return (await body(api.POST('/api/v1/quality/records/checks', { body: { tables } }))).job_id
}

export function countIssues(): Promise<RuleCount[]> {
  return body(api.GET('/api/v1/quality/records/summary'))
}

export function listIssues(query: IssueQuery): Promise<IssuePage> {
  return body(api.GET('/api/v1/quality/records/issues', { params: { query } }))
}

export type IssueDay = Schemas['IssueDay']
export type CompanyStanding = Schemas['CompanyStanding']
type TrendQuery = NonNullable<operations['cleanheat_quality_records_http_issue_trend']['parameters']['query']>

export function issueTrend(query: TrendQuery): Promise<IssueDay[]> {
  return body(api.GET('/api/v1/quality/records/trend', { params: { query } }))
}

export function companyRanking(): Promise<CompanyStanding[]> {
  return body(api.GET('/api/v1/quality/records/ranking'))
}

export type IssueDecision = 'accept' | 'dismiss'

export function decideIssue(id: number, decision: IssueDecision, note: string): Promise<Issue> {
  const options = { params: { path: { issue_id: id } }, body: { note } }
  if (decision === 'accept') return body(api.POST('/api/v1/quality/records/issues/{issue_id}/accept', options))
  return body(api.POST('/api/v1/quality/records/issues/{issue_id}/dismiss', options))
}

/** Where the same list is given as a file. */
export function exportAddress(query: Readonly<Record<string, string | number | undefined>>, format: 'xlsx' | 'csv'): string {
  const given = Object.entries(query).flatMap(([key, value]) => (value === undefined || value === '' ? [] : [[key, String(value)]]))
  return `/api/v1/quality/records/issues/export?${new URLSearchParams([['format', format], ...given]).toString()}`
}
