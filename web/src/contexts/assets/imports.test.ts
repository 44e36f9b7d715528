import { describe, expect, it } from 'vitest'
import { chosen, fitting, missing, stepOf, type ArchiveImport, type ColumnMap, type KindFields } from './imports'

const field = (key: string, is_required = true) => ({ key, zh: `字段${key}`, type: 'text', unit: '', is_required, reference: '', personal: '', choices: [], most: 40 })
const KIND = { key: 'building', zh: '楼宇', fields: [field('code', false), field('name'), field('longitude'), field('latitude'), field('in_service', false)] } as unknown as KindFields
const map = (columns: Record<string, string>, constants = {}): ColumnMap => ({ kind: 'building', layer: 'csv', columns, constants, system: '', rules: [] })

describe('a mapping', () => {
  it('lacks what neither a column nor a constant nor the geometry gives', () => {
    expect(missing(KIND, map({ name: '楼名' }), false)).toEqual(['字段longitude', '字段latitude'])
    expect(missing(KIND, map({ name: '楼名' }), true)).toEqual([])
    expect(missing(KIND, map({ name: '' }, { longitude: '125', latitude: '43' }), false)).toEqual(['字段name'])
  })
  it('lacks nothing when objects are named by their code', () => {
    expect(missing(KIND, map({ code: '编码' }), false)).toEqual([])
  })
  it('is sent without the pairs nobody chose', () => {
    expect(chosen(map({ name: '楼名', code: '' }, { district_id: '' }))).toMatchObject({ columns: { name: '楼名' }, constants: {} })
  })
  it('takes from a template what the file has', () => {
    expect(fitting(map({ name: '楼名', floors: '层数' }), ['楼名', '备注'])).toEqual({ name: '楼名' })
  })
})

describe('the step of the wizard', () => {
  it('follows the state of the file', () => {
    const states = ['uploaded', 'refused', 'checking', 'checked', 'applying', 'applied', 'undone']
    expect(states.map((state) => stepOf({ state } as ArchiveImport))).toEqual([1, 1, 2, 2, 2, 3, 3])
    expect(stepOf(null)).toBe(0)
  })
})
