import { describe, expect, it } from 'vitest'
import { addresses, standing } from './keys'

describe('access keys', () => {
  it('are valid, revoked or expired', () => {
    expect(standing({ is_valid: true, revoked_s: 0 })).toBe('有效')
    expect(standing({ is_valid: false, revoked_s: 5 })).toBe('已停用')
    expect(standing({ is_valid: false, revoked_s: 0 })).toBe('已过期')
  })

  it('open services of this host', () => {
    expect(addresses('https://heat.example').map(({ address }) => address)).toEqual([
      'https://heat.example/ogc/wfs',
      'https://heat.example/ogc/wmts',
      'https://heat.example/ogc',
    ])
  })
})
