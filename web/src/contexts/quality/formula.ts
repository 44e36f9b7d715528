/** How the text of a formula is coloured and completed: tokens, names known and unknown, places of errors. */
import type { RuleFault, RuleLanguage } from './ruleQueries'

export type TokenSort = 'space' | 'number' | 'text' | 'word' | 'operator' | 'mark' | 'function' | 'signal' | 'attribute' | 'weather' | 'context' | 'parameter' | 'unknown'

export interface Token {
  text: string
  sort: TokenSort
  start: number
}

/** A name that may be completed. */
export interface Name {
  name: string
  code: string
  sort: TokenSort
  /** What completion writes. */
  insert: string
  /** Unit, signature or meaning shown beside it. */
  note: string
  more: string
}

const CONNECTIVES = new Set(['and', 'or', 'not', 'if', 'else', '且', '或', '非'])
const SPACE = /^\s+/u
const NUMBER = /^(?:[0-9０-９]+[.．]?[0-9０-９]*|[.．][0-9０-９]+)(?:[eE][+-]?[0-9]+)?(?![\p{L}_])/u
const WORD = /^[\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*/u
const OPERATOR = /^(?:\*\*|[<>=!＜＞＝！]=|[-+*/<>=≤≥≠≦≧×÷−＋－＊／＜＞＝])/u
const TEXT = /^(?:"[^"]*"?|'[^']*'?|“[^”]*”?|‘[^’]*’?|「[^」]*」?)/u
const TAIL = /[\p{L}\p{N}_.]*$/u

/** The one spelling of a name, as the server folds it. */
export function nameOf(text: string): string {
  return text.normalize('NFKC').replaceAll('.', '_').replaceAll(/\s/gu, '')
}

/** Every spelling that is understood, with what it stands for. */
export function namesByText(names: readonly Name[]): Map<string, TokenSort> {
  return new Map(names.flatMap(({ name, code, sort }) => [[nameOf(code), sort] as const, [nameOf(name), sort] as const]))
}

/** `A且B` without spaces is a name, a connective and a name, unless the whole is a name itself. */
function words(text: string, start: number, known: ReadonlyMap<string, TokenSort>): Token[] {
  const whole = CONNECTIVES.has(text) ? 'word' : known.get(nameOf(text))
  if (whole) return [{ text, sort: whole, start }]
  const parts = text.split(/([且或])|^(非)/u).filter((part) => part !== undefined && part !== '')
  const isSplit = parts.length > 1 && parts.every((part) => CONNECTIVES.has(part) || known.has(nameOf(part)) || /^[0-9.]+$/.test(part))
  if (!isSplit) return [{ text, sort: 'unknown', start }]
  let at = start
  return parts.map((part) => {
    const token: Token = { text: part, sort: CONNECTIVES.has(part) ? 'word' : (known.get(nameOf(part)) ?? 'number'), start: at }
    at += part.length
    return token
  })
}

/** The parts of a text in order; together they are the text, whatever was typed. */
export function tokens(text: string, known: ReadonlyMap<string, TokenSort>): Token[] {
  const found: Token[] = []
  const simple: readonly (readonly [RegExp, TokenSort])[] = [[SPACE, 'space'], [TEXT, 'text'], [NUMBER, 'number'], [OPERATOR, 'operator']]
  let at = 0
  while (at < text.length) {
    const rest = text.slice(at)
    const hit = simple.map(([pattern, sort]) => [pattern.exec(rest)?.[0], sort] as const).find(([part]) => part)
    const word = hit ? undefined : WORD.exec(rest)?.[0]
    if (word) found.push(...words(word, at, known))
    else found.push({ text: hit?.[0] ?? String.fromCodePoint(rest.codePointAt(0) ?? 0), sort: hit?.[1] ?? 'mark', start: at })
    at = found.reduce((end, token) => Math.max(end, token.start + token.text.length), at)
  }
  return found
}

/** Offset of a line and column that both count from 1 in characters; beyond the text: its end. */
export function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split('\n')
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0)
  const characters = [...(lines[line - 1] ?? '')].slice(0, Math.max(0, column - 1)).join('')
  return Math.min(text.length, before + characters.length)
}

/** The span to underline: the part that the fault points at, or the last one where it points behind the text. */
export function faultSpan(text: string, parts: readonly Token[], fault: Pick<RuleFault, 'line' | 'column'>): [number, number] {
  if (!fault.line) return [0, text.length]
  const at = offsetOf(text, fault.line, fault.column)
  const solid = parts.filter(({ sort }) => sort !== 'space')
  const hit = solid.find(({ start, text: part }) => at >= start && at < start + part.length) ?? solid.findLast(({ start }) => start < at) ?? solid[0]
  return hit ? [hit.start, hit.start + hit.text.length] : [0, text.length]
}

/** The beginning of a name that stands before the caret. */
export function typedBefore(text: string, caret: number): string {
  const before = text.slice(0, caret)
  return TAIL.exec(before)?.[0] ?? ''
}

const MOST = 60

function rank({ name, code }: Name, wanted: string): number {
  const [zh, key] = [nameOf(name).toLowerCase(), code.toLowerCase()]
  if (zh === wanted || key === wanted) return 0
  if (zh.startsWith(wanted)) return 1
  if (key.startsWith(wanted)) return 2
  if (zh.includes(wanted)) return 3
  return key.includes(wanted) ? 4 : 9
}

/** Names that fit what was typed, the best first; nothing typed offers everything. */
export function completions(typed: string, names: readonly Name[]): Name[] {
  const wanted = nameOf(typed).toLowerCase()
  if (!wanted) return names.slice(0, MOST)
  return names
    .map((one) => ({ one, at: rank(one, wanted) }))
    .filter(({ at }) => at < 9)
    .sort((a, b) => a.at - b.at || a.one.name.length - b.one.name.length)
    .slice(0, MOST)
    .map(({ one }) => one)
}

export interface Parameters {
  [code: string]: { zh: string; unit: string; value: number }
}

/** Everything that a formula may name: the kind's fields, the rule's own parameters, functions. */
export function namesOf(language: RuleLanguage, parameters: Parameters, isEach: boolean): Name[] {
  const fields = [...(isEach ? language.each_fields : []), ...language.fields].map((field) => ({
    name: field.name,
    code: field.code,
    sort: field.group as TokenSort,
    insert: field.insert,
    note: field.unit || (field.type === 'text' ? '文本' : field.type === 'flag' ? '是否' : ''),
    more: field.group_name,
  }))
  const own = Object.entries(parameters).map(([code, { zh, unit, value }]) => ({
    name: zh || code,
    code,
    sort: 'parameter' as const,
    insert: zh || code,
    note: `${value} ${unit}`.trim(),
    more: '参数',
  }))
  const functions = language.functions.map(({ key, name, signature, meaning, insert }) => ({
    name,
    code: key,
    sort: 'function' as const,
    insert,
    note: signature,
    more: meaning,
  }))
  return [...own, ...fields, ...functions]
}
