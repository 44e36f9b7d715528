// How fast three scenes stand and turn: for the bench.
import { scenario } from './session.mjs'

await scenario(async ({ page }, { url, paths }) => {
  const seen = {}
  for (const [name, path] of Object.entries(paths)) {
    await page.goto(`${url}/archives`)
    await page.locator('#page').waitFor()
    const started = Date.now()
    await page.goto(`${url}${path}`)
    await page.waitForFunction(() => (window.__scene?.figures.firstFrameMs ?? 0) > 0, null, { polling: 20 })
    const readyMs = Date.now() - started
    const frame = await page.evaluate(() => window.__scene.measure(9))
    seen[name] = { readyMs, ...frame, ...(await page.evaluate(() => window.__scene.figures)) }
  }
  return { seen }
})
