import { describe, expect, it } from 'vitest'
import { traceOf } from '@/contexts/twin/trace'
import { focusOf } from '@/contexts/twin/viewLink'
import { focusQuery, leadings, mapPath, objectPath, relationPath, wayPath } from './focus'

const queryOf = (path: string) => Object.fromEntries(new URLSearchParams(path.split('?')[1]))

describe('where rows lead', () => {
  it('writes the map and the trace as the map reads them', () => {
    expect(focusOf(queryOf(mapPath({ kind: 'boiler', number: 7 }, 'diagnosis')))).toEqual({ kind: 'boiler', number: 7 })
    expect(traceOf(queryOf(relationPath({ kind: 'branch', number: 3 }, 'down')).trace)).toEqual({ what: 'down', kind: 'branch', number: 3, by: 'network' })
  })

  it('offers the process scene where there is one, and the source to whom is supplied', () => {
    const titles = (kind: string) => leadings({ kind, number: 1 }).map(({ title }) => title)
    expect(titles('branch')).toEqual(['地图', '供热范围'])
    expect(titles('boiler')).toEqual(['地图', '供热范围', '三维工艺'])
    expect(titles('substation')).toEqual(['地图', '供热范围', '供热来源', '三维工艺'])
    expect(titles('heat_user')).toEqual(['供热来源'])
  })

  it('leads homes to their own page', () => {
    expect(objectPath({ kind: 'heat_user', number: 9 })).toBe('/overview/users/9')
    expect(wayPath({ kind: 'heat_user', number: 9 })).toBe('/overview/users/9')
    expect(wayPath({ kind: 'city', number: 0 })).toBe('/overview/way')
    expect(wayPath({ kind: 'community', number: 4 })).toBe('/overview/way/community/4')
  })
})

describe('what is asked', () => {
  it('sends only what was chosen', () => {
    expect(focusQuery({ company: '', level: '2', text: '一站', everybody: '' }, 1, 20)).toEqual({ level: 2, text: '一站', page: 1, size: 20 })
    expect(focusQuery({ everybody: '1', within: 'branch:3' }, 2, 20)).toEqual({ everybody: true, within: 'branch:3', page: 2, size: 20 })
  })
})
