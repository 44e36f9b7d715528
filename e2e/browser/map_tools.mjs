// The tools of the map: modes with and without images, layers, areas, search, measure, print, link, network check.
import { drawn, scenario } from './session.mjs'

const ready = (page) => page.waitForFunction(() => window.__map?.ready === true)
const idle = async (page) => {
  await page.evaluate(() => window.__map.idle())
  await drawn(page)
}

await scenario(async ({ page }, { url, shots, station, hasImages, light = false, name = 'map-tools' }) => {
  const shot = (what) => page.screenshot({ path: `${shots}/${name}-${what}.png` })
  if (light) await page.addInitScript(() => localStorage.setItem('cleanheat.theme', 'light'))
  await page.goto(url)
  await ready(page)

  // Search: by initials, with the keyboard alone
  await page.keyboard.press('/')
  await page.keyboard.type(station.initials)
  await page.locator('[data-test="map-search-hit"]').first().waitFor()
  const hits = await page.locator('[data-test="map-search-hit"]').allInnerTexts()
  await shot('search')
  await page.locator('[data-test="map-search"]').fill(station.name)
  await page.waitForFunction((wanted) => document.querySelector('[data-test="map-search-hit"] .name')?.textContent === wanted, station.name)
  await page.keyboard.press('Enter')
  await page.waitForURL(/sel=substation/)
  await page.keyboard.press('Escape')

  // Areas and layers; what is chosen stands in the link and comes back from it
  await page.evaluate((at) => window.__map.jumpTo({ center: at, zoom: 13.4, pitch: 0 }), station.at)
  const panel = page.locator('section[aria-label="图层与图例"]')
  if (!(await panel.locator('.content').isVisible())) await panel.locator('.head').click()
  for (const kind of ['extent', 'company', 'substation']) await page.locator(`[data-coverage="${kind}"]`).check()
  await page.locator('[data-layer="weather"]').check()
  await page.locator('[data-pipes="medium"]').click()
  await idle(page)
  await shot('areas')
  const link = page.url()
  await page.goto('about:blank')
  await page.goto(link)
  await ready(page)
  if (!(await panel.locator('.content').isVisible())) await panel.locator('.head').click()
  const cameBack = {
    company: await page.locator('[data-coverage="company"]').isChecked(),
    community: await page.locator('[data-coverage="community"]').isChecked(),
    weather: await page.locator('[data-layer="weather"]').isChecked(),
    medium: (await page.locator('[data-pipes="medium"]').getAttribute('aria-checked')) === 'true',
  }
  for (const kind of ['company', 'substation']) await page.locator(`[data-coverage="${kind}"]`).uncheck()

  // Measure: three points by keyboard, one taken back, the area of a triangle by pointer
  const box = await page.locator('[data-test="map"]').boundingBox()
  await page.locator('[data-test="measure-distance"]').click()
  const middle = [box.x + box.width / 2, box.y + box.height / 2]
  await page.mouse.click(middle[0] - 100, middle[1])
  await page.mouse.click(middle[0] + 100, middle[1])
  await page.mouse.click(middle[0] + 100, middle[1] + 90)
  const three = await page.locator('[data-test="measured"]').innerText()
  await page.locator('.map canvas').focus()
  await page.keyboard.press('Backspace')
  await drawn(page)
  const two = await page.locator('[data-test="measured"]').innerText()
  await page.locator('[data-test="measure-area"]').click()
  await page.mouse.click(middle[0] - 90, middle[1])
  await page.mouse.click(middle[0] + 90, middle[1])
  await page.mouse.click(middle[0], middle[1] + 120)
  await idle(page)
  const area = await page.locator('[data-test="measured"]').innerText()
  await shot('measure')
  await page.locator('.map canvas').focus()
  await page.keyboard.press('Escape')
  const ended = await page.locator('[data-test="measure-panel"]').count()

  // Print: a sheet with everything on it
  await page.locator('[data-test="map-print"]').click()
  await page.locator('[data-test="sheet-image"]').waitFor()
  await shot('sheet')
  await page.locator('[data-test="sheet-paper"]').selectOption('A3')
  await page.waitForFunction(() => document.querySelector('[data-test="sheet-image"]')?.naturalWidth === 2480)
  const download = page.waitForEvent('download')
  await page.locator('[data-test="sheet-save"]').click()
  const file = (await download).suggestedFilename()
  const paper = await page.evaluate(() => {
    const image = document.querySelector('[data-test="sheet-image"]')
    const canvas = Object.assign(document.createElement('canvas'), { width: image.naturalWidth, height: image.naturalHeight })
    const g = canvas.getContext('2d')
    g.drawImage(image, 0, 0)
    const colours = new Set()
    for (let x = 60; x < canvas.width - 60; x += 37) for (let y = 100; y < canvas.height - 90; y += 37) colours.add(g.getImageData(x, y, 1, 1).data.join())
    return { width: canvas.width, height: canvas.height, colours: colours.size }
  })
  await page.keyboard.press('Escape')
  await page.locator('[data-test="sheet"]').waitFor({ state: 'detached' })

  // The network check
  await page.locator('[data-test="map-connectivity"]').click()
  await page.locator('[data-finding]').first().waitFor()
  const findings = await page.locator('[data-finding]').count()
  const first = page.locator('[data-finding]:not([disabled])').first()
  const anyFault = (await first.count()) > 0
  if (anyFault) {
    await first.click()
    await page.locator('[data-test="connectivity-object"]').first().waitFor()
  }
  await shot('connectivity')
  await page.locator('[data-test="map-connectivity"]').click()

  // Satellite: images where a source is declared, words where there is none
  await page.locator('[data-mode="satellite"]').click()
  await page.locator('[data-test="satellite-notice"]').waitFor()
  await page.waitForFunction(() => document.querySelector('[data-test="satellite-notice"] p') !== null)
  if (hasImages) await idle(page)
  await drawn(page)
  await shot(hasImages ? 'satellite' : 'satellite-missing')
  const notice = await page.locator('[data-test="satellite-notice"]').innerText()
  await page.locator('[data-mode="3d"]').click()
  await page.waitForFunction(() => new URLSearchParams(location.search).get('m') === '3d')
  const gone = await page.locator('[data-test="satellite-notice"]').count()
  return { hits, cameBack, three, two, area, ended, file, paper, findings, anyFault, notice, gone, link }
})
