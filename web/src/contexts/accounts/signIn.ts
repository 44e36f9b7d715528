/** What to say when signing in fails, and where to go when it succeeds. */
import type { Problem } from '@/api/problem'

export function signInMessage(problem: Problem): string {
  if (problem.status === 401) return problem.detail || '用户名或密码不正确'
  if (problem.status === 403 || problem.status === 429) {
    return problem.detail ? `${problem.title}：${problem.detail}` : problem.title
  }
  return problem.message
}

/** Only an address of this platform is followed: anything else would be an open redirect. */
export function safeTarget(to: unknown): string {
  if (typeof to !== 'string' || !to.startsWith('/') || to.startsWith('//') || to.includes('\\')) return '/'
  return to.startsWith('/login') ? '/' : to
}
