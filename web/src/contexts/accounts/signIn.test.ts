import { expect, it } from 'vitest'
import { Problem } from '@/api/problem'
import { safeTarget, signInMessage } from './signIn'

it.each([
  ['/alerts?level=1', '/alerts?level=1'],
  ['//evil.example', '/'],
  ['https://evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/login?to=/login', '/'],
  [undefined, '/'],
])('after sign-in %s leads to %s', (to, expected) => {
  expect(safeTarget(to)).toBe(expected)
})

it('a lock-out says so and until when', () => {
  const locked = new Problem(429, 'locked-out', '登录已锁定', '请 15 分钟后再试')
  expect(signInMessage(locked)).toBe('登录已锁定：请 15 分钟后再试')
})

it('a wrong password does not tell which of the two was wrong', () => {
  expect(signInMessage(new Problem(401, 'unauthorised', '请先登录'))).toBe('用户名或密码不正确')
})
