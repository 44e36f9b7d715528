import { describe, expect, it } from 'vitest'
import { emptyDraft, metres, requestOf, untyped } from './conversions'

describe('a conversion', () => {
  it('lacks what nobody has typed as a number', () => {
    const draft = { ...emptyDraft(), source: 'four' as const, parameters: { dx: '1', dy: 'x', a: ' ' } }
    expect(untyped(draft, false)).toEqual(['ΔY 北（m）', 'a = k·cosα', 'b = k·sinα'])
  })
  it('by control points lacks them until they are fitted', () => {
    expect(untyped(emptyDraft(), false)).toEqual(['控制点'])
    expect(untyped(emptyDraft(), true)).toEqual([])
  })
  it('sends parameters only where they are typed', () => {
    const typed = { ...emptyDraft(), parameters: { dx: '1', dy: '2', a: '1', b: '0' } }
    expect(requestOf({ ...typed, source: 'four' })).toMatchObject({ system: 'local', four: { dx: 1, dy: 2, a: 1, b: 0 }, is_fitted: false })
    expect(requestOf(typed)).toMatchObject({ is_fitted: true })
    expect(requestOf(typed)).not.toHaveProperty('four')
    const named = requestOf({ ...typed, system: 'gcj02', source: 'four' })
    expect([named.four, named.plane]).toEqual([undefined, undefined])
  })
  it('tells metres to a tenth of a millimetre', () => {
    expect([metres(0.12345), metres(null)]).toEqual(['0.1235', '–'])
  })
})
