// A signed-in browser for one scenario: outside addresses are refused and listed, page errors are collected.
import { chromium } from '../../web/node_modules/playwright-core/index.mjs'

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
]

export async function open({ url, username, password, viewport = { width: 1280, height: 720 }, phone = false }) {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS })
  const context = await browser.newContext({ viewport, isMobile: phone, hasTouch: phone, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
  const outside = []
  await context.route('**/*', (route) => {
    const asked = new URL(route.request().url())
    if (asked.origin === new URL(url).origin || asked.protocol === 'blob:' || asked.protocol === 'data:' || asked.protocol.startsWith('chrome')) return route.continue()
    outside.push(asked.href)
    return route.abort()
  })
  const page = await context.newPage()
  page.setDefaultTimeout(90_000)
  const errors = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (line) => line.type() === 'error' && errors.push(line.text()))
  if (username) {
    await page.goto(`${url}/login`)
    await page.getByLabel('用户名').fill(username)
    await page.getByLabel('密码', { exact: true }).fill(password)
    await page.getByRole('button', { name: '登录' }).click()
    await page.waitForURL((address) => !address.pathname.startsWith('/login'))
  }
  return { browser, page, outside, errors }
}

/** The page shows what it is for (`says`, if known) and nothing on it is still loading: however long that takes. */
export async function settled(page, says = '') {
  await page.locator('#app > *').first().waitFor()
  if (says) await page.getByText(says).locator('visible=true').first().waitFor()
  await page.waitForFunction(() => document.readyState === 'complete' && !document.querySelector('.spinner, .el-loading-mask'))
  await page.evaluate(() => document.fonts.ready)
  await drawn(page)
}

/** Two frames later: what was asked for before is on the screen. */
export function drawn(page) {
  return page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))))
}

/** Ask again, once a second, until there is an answer: a city that has just started has nothing to tell at first. */
export async function patiently(page, ask, what, patience_s = 240) {
  for (let n = 0; n < patience_s; n++) {
    const found = await ask()
    if (found) return found
    await page.waitForTimeout(1_000)
  }
  throw new Error(`no ${what} within ${patience_s} s`)
}

export async function scenario(run) {
  const input = JSON.parse(process.argv[2])
  const opened = await open(input)
  try {
    const answer = await run(opened, input)
    console.log(JSON.stringify({ ...answer, outside: opened.outside, errors: opened.errors }))
  } catch (failure) {
    await opened.page.screenshot({ path: `${input.shots}/failure.png` }).catch(() => undefined)
    console.error(String(failure?.stack ?? failure), opened.errors.join('\n'))
    process.exitCode = 1
  } finally {
    await opened.browser.close()
  }
}
