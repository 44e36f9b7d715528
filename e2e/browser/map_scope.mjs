// Which substations does this user's map hold at all, and in which state?
import { scenario } from './session.mjs'

await scenario(async ({ page }, { url, shots, substations }) => {
  await page.goto(url)
  await page.waitForFunction(() => window.__map?.ready === true)
  await page.locator('[data-theme-key="supply_temp"]').click()
  await page.waitForFunction((all) => all.some((n) => window.__map.stateOf('substations', n) > 0), substations)
  await page.screenshot({ path: `${shots}/map-company.png` })
  return page.evaluate(
    (all) => ({
      placed: all.map((n) => window.__map.project('substations', n) !== null),
      states: all.map((n) => window.__map.stateOf('substations', n)),
    }),
    substations,
  )
})
