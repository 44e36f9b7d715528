// Eleven themes with counted legends that filter, icons of open matters, and the last hours played again.
import { drawn, patiently, scenario, settled } from './session.mjs'

await scenario(async ({ page }, { url, shots, phone, themes }) => {
  const part = (name) => page.locator(`[data-test="${name}"]`)
  const ready = async () => {
    await page.waitForFunction(() => window.__map?.ready === true)
    await settled(page)
  }
  const look = async (name) => {
    await page.waitForTimeout(1200) // tiles and icons fade in
    await drawn(page)
    await page.screenshot({ path: `${shots}/${name}.png` })
  }
  const counts = () =>
    part('legend-count').evaluateAll((found) => found.map((one) => Number(one.textContent.replace(/[^\d]/g, '')) || 0))

  await page.goto(`${url}/?theme=operation`)
  await ready()
  if (phone) {
    await page.locator('.panel .head').first().click()
    await part('legend-count').first().waitFor()
    await look('phone-themes')
    await page.locator('.panel .head').first().click()
    await part('replay-open').click()
    await part('replay-range').waitFor()
    await look('phone-replay')
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    return { overflow }
  }

  const seen = {}
  for (const key of themes) {
    await page.locator(`[data-theme-key="${key}"]`).click()
    await patiently(page, async () => (await counts()).some((n) => n > 0), `counts of ${key}`, 60)
    seen[key] = (await counts()).reduce((sum, n) => sum + n, 0)
    if (['room_temp', 'built_year', 'alerts', 'evaluation', 'quality'].includes(key)) await look(`theme-${key}`)
  }

  // A legend's entry filters: what is hidden can no longer be picked.
  await page.locator('[data-theme-key="operation"]').click()
  await patiently(page, async () => (await counts()).some((n) => n > 0), 'counts')
  const entry = page.locator('[data-entry="2"]')
  await entry.click()
  const isPressed = await entry.getAttribute('aria-pressed')
  await look('theme-filtered')
  await part('legend-clear').click()

  // Icons lead to the object and on to the alert.
  await part('mark-head').click()
  await page.locator('[data-mark]').first().waitFor()
  const listed = await page.locator('[data-mark]').count()
  await part('mark-level').selectOption({ index: 1 })
  const filtered = await page.locator('[data-mark]').count()
  await look('map-marks')
  await part('mark-level').selectOption({ index: 0 })
  const path = await page.locator('[data-test="mark-panel"] li a').first().getAttribute('href')
  await page.locator('[data-mark]').first().click()
  await part('object-card').waitFor()
  await part('theme-value').waitFor()
  const value = await part('theme-value').innerText()
  await page.keyboard.press('Escape')
  await part('mark-head').click()

  // Replay: back by keyboard, theme changed in the past, played, and to now again.
  await part('replay-open').click()
  await part('replay-range').waitFor()
  const moment = () => part('replay-moment').locator('b').innerText()
  const newest = await moment()
  await part('replay-range').focus()
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft')
  const stepped = await moment()
  await page.locator('[data-theme-key="alerts"]').click()
  await patiently(page, async () => (await counts()).some((n) => n > 0), 'counts of the past')
  const past = await moment()
  await look('map-replay')
  await part('replay-speed').selectOption('1')
  await part('replay-play').click()
  await page.waitForFunction((was) => document.querySelector('[data-test="replay-moment"] b').textContent !== was, past)
  await page.locator('[data-theme-key="built_year"]').click()
  await part('replay-notice').waitFor()
  const unchanging = await part('replay-notice').innerText()
  await part('replay-live').click()
  await part('time-slider').waitFor({ state: 'detached' })
  await page.locator('[data-theme-key="operation"]').click()
  await patiently(page, async () => (await counts()).some((n) => n > 0), 'live counts')
  return { seen, isPressed, listed, filtered, path, value, newest, stepped, past, unchanging }
})
