// Every page once: its heading shows, nothing fails, a picture is kept.
import { scenario } from './session.mjs'

await scenario(async ({ page }, { url, shots, pages, suffix = '' }) => {
  const seen = {}
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(`${url}${path}`)
    await page.waitForLoadState('networkidle').catch(() => undefined)
    if (path === '/') await page.waitForFunction(() => window.__map?.ready === true)
    await page.waitForTimeout(2000)
    await page.screenshot({ path: `${shots}/${name}${suffix}.png` })
    const text = await page.locator('body').innerText()
    const width = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
    seen[name] = { text, overflow: width[0] - width[1], failed: await page.locator('.state[role="alert"]').count() }
  }
  return { seen }
})
