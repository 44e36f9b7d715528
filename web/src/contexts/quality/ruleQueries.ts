/** What the server knows of the rule library, and what may be done to a rule. */
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'

export type RuleRow = Schemas['RuleRow']
export type Rule = Schemas['RuleOut']
export type RuleContent = Schemas['RuleContent']
export type RuleReading = Schemas['ReadingOut']
export type RuleFault = Schemas['ExpressionFaultOut']
export type RuleHistory = Schemas['HistoryOut']
export type RuleVersion = Schemas['RuleVersionOut']
export type RuleLanguage = Schemas['LanguageOut']
export type RuleToday = Schemas['RuleToday']
export type CompanyToday = Schemas['CompanyToday']
export type PreviewAnswer = Schemas['PreviewAnswer']
export type PreviewStarted = Schemas['PreviewStarted']
export type DayPreview = Schemas['PreviewOut']
export type RuleDecision = 'publish' | 'retire' | 'restore'

const PAGE = 500

/** The whole library: a few hundred short rows, filtered and counted in the browser. */
export async function listRules(): Promise<RuleRow[]> {
  const rows: RuleRow[] = []
  for (let page = 1; ; page += 1) {
    const found = await body(api.GET('/api/v1/quality/rules', { params: { query: { page, size: PAGE } } }))
    rows.push(...found.rows)
    if (found.rows.length === 0 || rows.length >= found.total) return rows
  }
}

export function hitsToday(): Promise<RuleToday[]> {
  return body(api.GET('/api/v1/quality/hits/today'))
}

export function companiesToday(number: number): Promise<CompanyToday[]> {
  return body(api.GET('/api/v1/quality/hits/today/{number}', { params: { path: { number } } }))
}

export function getRule(number: number): Promise<Rule> {
  return body(api.GET('/api/v1/quality/rules/{number}', { params: { path: { number } } }))
}

export function ruleHistory(number: number): Promise<RuleHistory> {
  return body(api.GET('/api/v1/quality/rules/{number}/versions', { params: { path: { number } } }))
}

export function ruleLanguage(kind: string): Promise<RuleLanguage> {
  return body(api.GET('/api/v1/quality/language', { params: { query: { kind } } }))
}

export function createRule(code: string, kind: string, dataClass: string, content: RuleContent, reason: string): Promise<Rule> {
  return body(api.POST('/api/v1/quality/rules', { body: { code, kind, data_class: dataClass, content, reason } }))
}

export function editRule(number: number, content: RuleContent, reason: string): Promise<Rule> {
  return body(api.PATCH('/api/v1/quality/rules/{number}', { params: { path: { number } }, body: { content, reason } }))
}

export function copyRule(number: number, code: string, title: string): Promise<Rule> {
  return body(api.POST('/api/v1/quality/rules/{number}/copy', { params: { path: { number } }, body: { code, title } }))
}

/** `version`: which one to publish (the newest if left out) or to restore. */
export function decideRule(number: number, decision: RuleDecision, reason: string, version?: number): Promise<Rule> {
  const options = { params: { path: { number } }, body: { reason, version: version ?? null } }
  if (decision === 'publish') return body(api.POST('/api/v1/quality/rules/{number}/publish', options))
  if (decision === 'retire') return body(api.POST('/api/v1/quality/rules/{number}/retire', options))
  return body(api.POST('/api/v1/quality/rules/{number}/restore', options))
}

export function checkRule(kind: string, dataClass: string, content: RuleContent): Promise<RuleReading> {
  return body(api.POST('/api/v1/quality/expressions/check', { body: { kind, data_class: dataClass, content } }))
}

/** A sample at once; with `wholeDay` the last day as a job too. */
export function startPreview(kind: string, dataClass: string, content: RuleContent, wholeDay = false): Promise<PreviewStarted> {
  return body(api.POST('/api/v1/quality/previews', { body: { kind, data_class: dataClass, content, whole_day: wholeDay } }))
}

export function getPreview(jobId: number): Promise<DayPreview> {
  return body(api.GET('/api/v1/quality/previews/{job_id}', { params: { path: { job_id: jobId } } }))
}
