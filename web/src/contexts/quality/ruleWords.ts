/** How the fields of a rule are said in words: choices by their names, signals and organisations by theirs. */
import type { RuleContent, RuleLanguage } from './ruleQueries'

export type NameOf = (field: string, id: number) => string

/** The word of a choice; what is not known is shown as it is. */
export function word(choices: readonly { value: string | number; name: string }[], value: unknown): string {
  return choices.find((one) => one.value === value)?.name ?? String(value ?? '')
}

export function signalNames(language: Pick<RuleLanguage, 'signals'>, codes: readonly string[]): string {
  return codes.map((code) => language.signals.find((one) => one.code === code)?.name ?? code).join('、')
}

/** For whom a rule holds, in one sentence. */
export function scopeWords(scope: RuleContent['scope'], language: RuleLanguage, nameOf: NameOf): string {
  const named = (field: 'companies' | 'districts', ids: readonly number[] = []): string[] => ids.map((id) => nameOf(field, id) || `编号 ${id}`)
  const systems = (scope.systems ?? []).map((code) => word(language.choices.system, code))
  const groups = [named('companies', scope.companies), named('districts', scope.districts), systems].filter((one) => one.length > 0)
  const season = scope.season ? word(language.choices.season, scope.season) : ''
  return [...groups.map((one) => one.join('、')), season].filter(Boolean).join('；') || '全部对象，全年'
}

/** One value of a field before or after a change. */
export function said(field: string, value: unknown, language: RuleLanguage, nameOf: NameOf): string {
  if (value === null || value === undefined || value === '') return field === 'alarm_at' ? '不报警' : '（无）'
  if (field === 'each' || field === 'marks') return Array.isArray(value) && value.length ? signalNames(language, value.map(String)) : '（无）'
  if (field === 'scope') return scopeWords(value as RuleContent['scope'], language, nameOf)
  if (field === 'alarm_share') return `${Math.round(Number(value) * 1000) / 10}%`
  if (field === 'alarm_after_min' || field === 'alarm_clear_min') return `${String(value)} min`
  const choices: Record<string, readonly { value: string | number; name: string }[]> = { ...language.choices }
  const found = choices[field]
  return found ? word(found, value) : String(value)
}
