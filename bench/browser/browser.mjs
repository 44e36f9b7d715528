// A fresh Chromium without a graphics card, and what its processes and its page's thread have spent.
import { readdirSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { chromium } from '../../web/node_modules/playwright-core/index.mjs'

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
]
const TICKS_PER_S = 100
const PATIENCE_MS = 420_000

/** CPU seconds of a process and all its descendants that still live. */
function cpuSeconds(root) {
  const stats = new Map()
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')
      stats.set(Number(pid), { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) })
    } catch {
      // it ended while we looked
    }
  }
  const isOurs = (pid) => pid === root || (stats.has(pid) && stats.get(pid).parent > 1 && isOurs(stats.get(pid).parent))
  let ticks = 0
  for (const [pid, found] of stats) if (isOurs(pid)) ticks += found.ticks
  return ticks / TICKS_PER_S
}

/** All that a server sends, workers and sockets included, counted on its way. */
export async function counting(address, work) {
  const { hostname, port } = new URL(address)
  const wire = { bytes: 0 }
  const proxy = createServer((browser) => {
    const server = connect(Number(port), hostname)
    server.on('data', (chunk) => (wire.bytes += chunk.length))
    browser.pipe(server).pipe(browser)
    for (const end of [browser, server]) end.on('error', () => [browser, server].forEach((other) => other.destroy()))
  })
  await new Promise((done) => proxy.listen(0, '127.0.0.1', done))
  try {
    return await work(`http://127.0.0.1:${proxy.address().port}`, wire)
  } finally {
    proxy.close()
  }
}

/** Open an address in a browser of its own, do the work, close it. */
export async function visit({ address, storageState }, work) {
  const server = await chromium.launchServer({ executablePath: '/usr/bin/chromium', args: FLAGS })
  const browser = await chromium.connect(server.wsEndpoint())
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, locale: 'zh-CN', reducedMotion: 'reduce', storageState })
    const page = await context.newPage()
    page.setDefaultTimeout(Number(process.env.PATIENCE_MS ?? PATIENCE_MS))
    const errors = []
    page.on('pageerror', (error) => errors.push(String(error)))
    const outside = []
    page.on('request', (request) => {
      const { protocol, hostname, href } = new URL(request.url())
      if (protocol.startsWith('http') && hostname !== '127.0.0.1') outside.push(href)
    })
    const cdp = await context.newCDPSession(page)
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
    const spentBefore = cpuSeconds(server.process().pid)
    const began = performance.now()
    await page.goto(address, { waitUntil: 'commit' })
    const cpu = () => cpuSeconds(server.process().pid) - spentBefore
    return await work({ page, cdp, cpu, wall: () => (performance.now() - began) / 1e3, errors, outside, context })
  } finally {
    await browser.close()
    await server.close()
  }
}

/** Wait until `window[name]` stands; a page that failed says why. */
export async function standing({ page, errors }, expression) {
  await Promise.race([
    page.waitForFunction(expression, null, { polling: 100 }),
    new Promise((_, reject) => page.once('pageerror', (error) => reject(error))),
  ])
  if (errors.length) throw new Error(errors.join('\n'))
}

/** Milliseconds of CPU that the page's main thread spends on one step. */
export async function mainThreadMs({ page, cdp }, step, argument) {
  const seconds = async () => (await cdp.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value
  const before = await seconds()
  await page.evaluate(step, argument)
  return 1e3 * ((await seconds()) - before)
}

export async function heapMb({ cdp }) {
  await cdp.send('HeapProfiler.collectGarbage')
  const { usedSize, backingStorageSize = 0 } = await cdp.send('Runtime.getHeapUsage')
  return { used: usedSize / 1e6, buffers: backingStorageSize / 1e6 }
}
