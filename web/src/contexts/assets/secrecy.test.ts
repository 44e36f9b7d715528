import { describe, expect, it } from 'vitest'
import { changeOf, draftOf, isShown, type Secrecy } from './secrecy'

const item = (key: string, level: string, shipped = level) => ({ key, zh: key, level, shipped, least_grid_m: 0 })
const TOLD = {
  version: 3,
  levels: ['public', 'internal', 'restricted'].map((key) => ({ key, zh: key, meaning: '' })),
  clients: [{ key: 'coarse', zh: '', who: '', clearance: 'public', grid_m: 500 }],
  sections: [{ key: 'kinds', zh: '', items: [item('pipe', 'restricted'), item('plant', 'internal', 'public')] }],
  networks: [{ key: 'internal', zh: '', networks: ['10.0.0.0/8', '::1/128'] }],
} as unknown as Secrecy

describe('a change of secrecy', () => {
  it('holds what differs from what is delivered, grids and networks whole', () => {
    const draft = draftOf(TOLD)
    draft.networks.internal += '\n 172.16.0.0/12 '
    expect(changeOf(TOLD, draft, '理由充分')).toEqual({ seen: 3, reason: '理由充分', levels: { 'kinds.plant': 'internal' }, grids: { coarse: 500 }, networks: { internal: ['10.0.0.0/8', '::1/128', '172.16.0.0/12'] } })
  })
  it('shows a client what is not above its clearance', () => {
    expect([isShown(TOLD, 'internal', 'public'), isShown(TOLD, 'internal', 'internal'), isShown(TOLD, 'public', 'restricted')]).toEqual([false, true, true])
  })
})
