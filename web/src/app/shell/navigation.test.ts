import { expect, it } from 'vitest'
import { NAVIGATION, activeEntry, allowed, grouped } from './navigation'

it('a sub-page belongs to its list, and only the map to the root', () => {
  expect(activeEntry(NAVIGATION, '/alerts/12')?.to).toBe('/alerts')
  expect(activeEntry(NAVIGATION, '/')?.to).toBe('/')
  expect(activeEntry(NAVIGATION, '/objects/unit/7')).toBeUndefined()
  expect(activeEntry(NAVIGATION, '/governance/compliance')?.title).toBe('培训与合规')
})

it('leaves out what the user may not see', () => {
  const [first] = NAVIGATION
  if (!first) throw new Error('navigation is empty')
  const guarded = { ...first, permission: 'pipeline.view' }
  expect(allowed([first, guarded], (permission) => !permission)).toEqual([first])
})

it('keeps the order of groups and of the entries within each', () => {
  const [map] = NAVIGATION
  if (!map) throw new Error('navigation is empty')
  const entries = [map, { ...map, to: '/b', group: '数据治理' }, { ...map, to: '/c' }]
  expect(grouped(entries).map(({ group, entries: members }) => [group, members.map(({ to }) => to)])).toEqual([
    ['', ['/', '/c']],
    ['数据治理', ['/b']],
  ])
})
