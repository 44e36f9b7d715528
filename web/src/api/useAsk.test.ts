import { flushPromises } from '@vue/test-utils'
import { effectScope, nextTick, ref } from 'vue'
import { expect, it } from 'vitest'
import { Problem } from './problem'
import { useAsk, type Asked } from './useAsk'

function inScope<T>(make: () => Asked<T>): { asked: Asked<T>; leave: () => void } {
  const scope = effectScope()
  const asked = scope.run(make)
  if (!asked) throw new Error('scope is closed')
  return { asked, leave: () => scope.stop() }
}

it('shows loading, then the answer', async () => {
  const { asked } = inScope(() => useAsk(() => Promise.resolve(7)))
  expect(asked.loading.value).toBe(true)
  await flushPromises()
  expect([asked.loading.value, asked.data.value]).toEqual([false, 7])
})

it('keeps the last answer beside a later problem', async () => {
  let healthy = true
  const question = () => (healthy ? Promise.resolve('ok') : Promise.reject(new Problem(503, 'down', '服务暂时不可用')))
  const { asked } = inScope(() => useAsk(question))
  await flushPromises()
  healthy = false
  await asked.ask()
  expect(asked.data.value).toBe('ok')
  expect(asked.problem.value?.code).toBe('down')
})

it('ignores an answer that a newer question overtook', async () => {
  const answers: Array<(value: string) => void> = []
  const { asked } = inScope(() => useAsk(() => new Promise<string>((resolve) => answers.push(resolve))))
  void asked.ask()
  answers[1]?.('new')
  answers[0]?.('old')
  await flushPromises()
  expect(asked.data.value).toBe('new')
})

it('asks again when what it depends on changes, and no more once left', async () => {
  const page = ref(1)
  let times = 0
  const { leave } = inScope(() => useAsk(() => Promise.resolve(++times), { on: [page] }))
  page.value = 2
  await nextTick()
  leave()
  page.value = 3
  await nextTick()
  expect(times).toBe(2)
})
