// Who is affected: a plant traced down, a flat's building traced up, a valve closed and opened again, all by link too.
import { drawn, scenario, settled } from './session.mjs'

await scenario(async ({ page }, { url, shots, plant, building, valve, pipe }) => {
  const part = (name) => page.locator(`[data-test="${name}"]`)
  const panel = part('trace-panel')
  const facts = () => part('trace-facts').innerText()
  const look = async (name) => {
    await part('trace-facts').waitFor()
    await page.waitForFunction(() => window.__map?.ready === true)
    await page.waitForTimeout(2500) // the camera flies to what was found
    await drawn(page)
    await page.screenshot({ path: `${shots}/trace-${name}.png` })
  }

  await page.goto(`${url}/?focus=plant:${plant}`)
  await page.waitForFunction(() => window.__map?.ready === true)
  await part('object-card').waitFor()
  await part('trace-down').click()
  await part('trace-facts').waitFor()
  const down = await facts()
  await panel.getByRole('button', { name: /^换热站/ }).click()
  await panel.locator('ol li').first().waitFor()
  const listed = await panel.locator('ol li').count()
  await page.waitForFunction(() => location.search.includes('trace=down'))
  await look('source')
  await panel.getByRole('button', { name: '按档案从属' }).click()
  await page.waitForFunction(() => location.search.includes('archive'))
  await part('trace-facts').waitFor()
  const byArchive = await facts()
  await part('trace-undo').click()
  await page.waitForFunction(() => !location.search.includes('archive'))
  await part('trace-clear').focus()
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })

  await page.goto(`${url}/?trace=up:building:${building}`)
  await look('user')
  const up = await facts()

  await page.goto(`${url}/?focus=valve:${valve}`)
  await part('object-card').waitFor()
  await part('trace-close').click()
  await look('valve')
  const closed = await facts()
  const link = page.url()
  await panel.getByRole('button', { name: /^重新打开/ }).click()
  await panel.waitFor({ state: 'detached' })
  await page.goto(link)
  await part('trace-facts').waitFor()
  const shared = await facts()

  await page.goto(`${url}/?trace=burst:${pipe}`)
  await look('burst')
  const mustClose = Number(await part('must-close').innerText())
  await settled(page)
  return { down, byArchive, up, closed, shared, mustClose, listed }
})
