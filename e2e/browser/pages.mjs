// Every page once: its heading shows, nothing fails, a picture is kept.
import { scenario, settled } from './session.mjs'

await scenario(async ({ page }, { url, shots, pages, says = {}, suffix = '' }) => {
  const seen = {}
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(`${url}${path}`)
    if (path === '/') await page.waitForFunction(() => window.__map?.ready === true)
    await settled(page, says[name])
    await page.screenshot({ path: `${shots}/${name}${suffix}.png` })
    const text = await page.locator('body').innerText()
    const width = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
    seen[name] = { text, overflow: width[0] - width[1], failed: await page.locator('.state[role="alert"]').count() }
  }
  return { seen }
})
