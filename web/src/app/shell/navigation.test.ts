import { expect, it } from 'vitest'
import { NAVIGATION, activeEntry, allowed } from './navigation'

it('a sub-page belongs to its list, and only the map to the root', () => {
  expect(activeEntry(NAVIGATION, '/alerts/12')?.to).toBe('/alerts')
  expect(activeEntry(NAVIGATION, '/')?.to).toBe('/')
  expect(activeEntry(NAVIGATION, '/objects/unit/7')).toBeUndefined()
})

it('leaves out what the user may not see', () => {
  const [first] = NAVIGATION
  if (!first) throw new Error('navigation is empty')
  const guarded = { ...first, permission: 'pipeline.view' }
  expect(allowed([first, guarded], (permission) => !permission)).toEqual([first])
})
