// The application itself over the whole city: first render, bytes, heap; and the state messages it is sent.
import { writeFileSync } from 'node:fs'
import { counting, heapMb, standing, visit } from './browser.mjs'

const { url: server, username, password, rounds, folder } = JSON.parse(process.argv[2])
const OPERATION = 0
const [FULL, DELTA] = [0, 1]

const all = []
const frames = new Map()

await counting(server, async (url, wire) => {
  const storageState = await visit({ address: `${url}/login` }, async ({ page, context }) => {
    await page.getByLabel('用户名').fill(username)
    await page.getByLabel('密码', { exact: true }).fill(password)
    await page.getByRole('button', { name: '登录' }).click()
    await page.waitForURL((address) => !address.pathname.startsWith('/login'))
    return context.storageState()
  })

  for (let round = 0; round < rounds; round++) {
    const before = wire.bytes
    const found = await visit({ address: `${url}/?theme=operation`, storageState }, async (seen) => {
      seen.page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => typeof payload !== 'string' && keep(payload)))
      await standing(seen, () => window.__map?.ready === true)
      await seen.page.waitForFunction(() => window.__map.stateOf('plants', 1) > 0 || window.__map.stateOf('substations', 1) > 0)
      await seen.page.evaluate(() => window.__map.idle())
      const [cpu_s, wall_s] = [seen.cpu(), seen.wall()]
      const measured = { cpu_s, wall_s, bytes: wire.bytes - before, heap: await heapMb(seen), outside: seen.outside }
      if (round === 0) await seen.page.screenshot({ path: `${folder}/app.png`, timeout: 0 })
      // the last visit stays for the next minute's news
      if (round === rounds - 1) while (![...frames.keys()].some((key) => key.startsWith('delta'))) await seen.page.waitForTimeout(1_000)
      return measured
    })
    all.push(found)
    console.error('app', found.wall_s, found.cpu_s)
  }
})

function keep(payload) {
  if (payload[20] !== OPERATION) return
  const kind = { [FULL]: 'full', [DELTA]: 'delta' }[payload[3]]
  frames.set(`${kind}-${payload[21]}`, payload)
}
const layers = [...frames.keys()].filter((key) => key.startsWith('full')).map((key) => Number(key.slice(5)))
for (const layer of layers) writeFileSync(`${folder}/frame-${layer}.bin`, frames.get(`full-${layer}`))
for (const [key, payload] of frames) if (key.startsWith('delta')) writeFileSync(`${folder}/${key}.bin`, payload)
writeFileSync(`${folder}/frames.json`, JSON.stringify({ layers }))
console.log(JSON.stringify({ rounds: all }))
