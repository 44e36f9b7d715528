import { expect, it } from 'vitest'
import { asProblem, problemFrom } from './problem'

it('keeps the field at fault with its reason', () => {
  const problem = problemFrom(422, {
    type: 'about:problem/invalid-field',
    title: '数值超出范围',
    detail: '应在 0–150 之间',
    field: 'capacity_mw',
  })
  expect(problem.code).toBe('invalid-field')
  expect(problem.fields).toEqual({ capacity_mw: '应在 0–150 之间' })
})

it('finds words for an answer without a document', () => {
  expect(problemFrom(502, '<html>').title).toBe('服务暂时不可用')
  expect(problemFrom(403, null).title).toBe('无权访问')
})

it('anything else thrown means the server was not reached', () => {
  expect(asProblem(new TypeError('fetch failed')).code).toBe('unreachable')
})
