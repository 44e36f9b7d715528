import { describe, expect, it } from 'vitest'
import { draftOf, emptyContent, freeParameterCode, isSame, judgedPart, missing } from './ruleDraft'
import { coverage, passes, sortRules, type RuleFilter } from './ruleLibrary'
import type { RuleLanguage, RuleRow } from './ruleQueries'
import { undoOf } from './ruleSteps'
import { said, scopeWords } from './ruleWords'

const ALL: RuleFilter = { dataClass: '', family: '', dimension: '', level: '', state: '', origin: '', text: '' }
const rule = (number: number, more: Partial<RuleRow & { violations: number | null }> = {}): RuleRow & { violations: number | null } => ({
  number, code: `r${number}`, title: `规则${number}`, data_class: 'plant', data_class_name: '', kind: 'plant', kind_name: '', state: 'published',
  state_name: '', version: 1, newest_version: 1, has_draft: false, is_shipped: true, owner: '', family: 'jump', family_name: '', dimension: 'accuracy',
  dimension_name: '', level: 4, level_name: '', weight: 1, action: 'mark', action_name: '', verdict: 1, verdict_name: '', fill: 'leave', fill_name: '',
  expression: '供水温度 < 150', violations: null, ...more,
})

describe('the library', () => {
  it('filters by every word and searches formulas too', () => {
    expect(passes(rule(1), ALL)).toBe(true)
    expect(passes(rule(1), { ...ALL, level: '3' })).toBe(false)
    expect(passes(rule(1, { is_shipped: false }), { ...ALL, origin: 'own' })).toBe(true)
    expect(passes(rule(1), { ...ALL, text: '供水温度' })).toBe(true)
    expect(passes(rule(1), { ...ALL, text: 'R1' })).toBe(true)
    expect(passes(rule(1), { ...ALL, text: '压力' })).toBe(false)
  })

  it('counts published rules apart from others', () => {
    const classes = [{ value: 'plant', name: '电厂' }, { value: 'room', name: '室温' }]
    const families = [{ value: 'jump', name: '突变' }]
    const found = coverage([rule(1), rule(2), rule(3, { state: 'draft' })], classes, families)
    expect([found.counts, found.others]).toEqual([[[2], [0]], [[1], [0]]])
  })

  it('sorts by hits, rules that judged nothing last', () => {
    const rows = [rule(1), rule(2, { violations: 5 }), rule(3, { violations: 9 })]
    expect(sortRules(rows, '-violations').map(({ number }) => number)).toEqual([3, 2, 1])
    expect(sortRules(rows, '').map(({ number }) => number)).toEqual([1, 2, 3])
  })
})

describe('a draft', () => {
  const sound = { ...emptyContent(), title: '名', expression: '1 < 2' }

  it('is a copy, and the same whatever the order of keys', () => {
    const copy = draftOf(sound)
    copy.scope.companies?.push(3)
    expect(sound.scope.companies).toEqual([])
    expect(isSame(sound, { ...Object.fromEntries(Object.entries(sound).reverse()) } as typeof sound)).toBe(true)
    expect(isSame(sound, { ...sound, weight: 2 })).toBe(false)
  })

  it('says what is missing', () => {
    expect(missing({ code: 'a1', kind: 'unit', dataClass: '' }, sound)).toEqual({})
    expect(Object.keys(missing({ code: '1 a', kind: 'unit', dataClass: '' }, emptyContent()))).toEqual(['code', 'title', 'expression'])
    const nameless = { ...sound, parameters: { p1: { zh: '', value: 1, unit: '', source: '' } }, valid_from: '2027-02-01', valid_to: '2027-01-01' }
    expect(Object.keys(missing({ code: 'a', kind: 'unit', dataClass: '' }, nameless))).toEqual(['parameters', 'valid_to'])
    expect(freeParameterCode({ p1: 1, p2: 1 })).toBe('p3')
    expect(freeParameterCode({ p2: 1 })).toBe('p3')
  })

  it('is tried again only when what is judged changes', () => {
    expect(judgedPart({ ...sound, weight: 5, title: '改' })).toEqual(judgedPart(sound))
    expect(judgedPart({ ...sound, when: '采暖期' })).not.toEqual(judgedPart(sound))
  })
})

describe('steps', () => {
  it('are taken back to what stood before', () => {
    expect(undoOf({ state: 'published', version: 2 }, 'retire')).toMatchObject({ decision: 'publish', version: 2 })
    expect(undoOf({ state: 'published', version: 2 }, 'publish')).toMatchObject({ decision: 'publish', version: 2 })
    expect(undoOf({ state: 'draft', version: 0 }, 'publish')).toMatchObject({ decision: 'retire' })
    expect(undoOf({ state: 'published', version: 2 }, 'restore')).toBeNull()
  })
})

describe('words', () => {
  const language = {
    signals: [{ code: 't', name: '供水温度' }],
    choices: { action: [{ value: 'mark', name: '标记' }], system: [{ value: 1, name: '单系统' }], season: [{ value: 'heating', name: '采暖期' }] },
  } as unknown as RuleLanguage
  const nameOf = (field: string, id: number): string => (field === 'companies' ? `企业${id}` : '')

  it('say scopes and changes', () => {
    expect(scopeWords({ companies: [3], districts: [7], systems: [1], season: 'heating' }, language, nameOf)).toBe('企业3；编号 7；单系统；采暖期')
    expect(scopeWords({ season: '' }, language, nameOf)).toBe('全部对象，全年')
    expect(said('action', 'mark', language, nameOf)).toBe('标记')
    expect(said('each', ['t', 'x'], language, nameOf)).toBe('供水温度、x')
    expect(said('alarm_share', 0.025, language, nameOf)).toBe('2.5%')
    expect(said('when', '', language, nameOf)).toBe('（无）')
  })
})
