// The tools of the map on a phone, 360 pixels wide: nothing hangs over the edge, search and measure work by touch.
import { drawn, scenario } from './session.mjs'

await scenario(async ({ page }, { url, shots, station }) => {
  await page.goto(url)
  await page.waitForFunction(() => window.__map?.ready === true)
  await page.locator('[data-test="map-search"]').fill(station.name)
  await page.locator('[data-test="map-search-hit"]').first().waitFor()
  await page.screenshot({ path: `${shots}/map-tools-phone-search.png` })
  await page.locator('[data-test="map-search-hit"]').first().tap()
  await page.waitForURL(/sel=substation/)
  const selected = page.url()
  await page.locator('button[aria-label="关闭"]').first().tap()
  await page.locator('[data-test="measure-distance"]').tap()
  await page.locator('[data-test="measure-centre"]').tap()
  await page.evaluate(() => window.__map.jumpTo({ zoom: 14 }))
  await drawn(page)
  await page.screenshot({ path: `${shots}/map-tools-phone.png` })
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  return { selected, width }
})
