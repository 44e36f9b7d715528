// The city map: everything drawn, recoloured by arriving minutes, picked, turned; both renderers agree.
import { drawn, scenario } from './session.mjs'

/** Nothing moves any more: an object is where it was thirty frames ago. */
function resting(page, layer, number) {
  return page.evaluate(
    ([layer, number]) =>
      new Promise((done) => {
        let last = '', still = 0
        const look = () => {
          const at = JSON.stringify(window.__map.project(layer, number))
          still = at === last ? still + 1 : 0
          last = at
          if (still >= 30) done(true)
          else requestAnimationFrame(look)
        }
        look()
      }),
    [layer, number],
  )
}

await scenario(async ({ page }, { url, shots, substations, boilers, renderer = '' }) => {
  const began = Date.now()
  await page.goto(`${url}/${renderer ? `?renderer=${renderer}` : ''}`)
  await page.waitForFunction(() => window.__map?.ready === true)
  const readyMs = Date.now() - began
  const name = await page.evaluate(() => window.__map.renderer)

  await page.locator('[data-theme-key="supply_temp"]').click()
  const read = (numbers) => page.evaluate((all) => all.map((n) => window.__map.stateOf('substations', n)), numbers)
  await page.waitForFunction((all) => all.some((n) => window.__map.stateOf('substations', n) > 0), substations)
  const first = await read(substations)
  const marker = await page.evaluate(() => (window.__sameDocument = Math.random()))
  await page.waitForFunction(
    ([all, before]) => all.some((n, i) => window.__map.stateOf('substations', n) !== before[i]),
    [substations, first],
    { timeout: 150_000 },
  )
  const second = await read(substations)
  const sameDocument = (await page.evaluate(() => window.__sameDocument)) === marker

  await page.locator('[data-theme-key="operation"]').click()
  await drawn(page)
  await page.screenshot({ path: `${shots}/map-city${renderer && `-${renderer}`}.png` })

  // Objects are picked where they are drawn; a substation under its boiler room's mark is not drawn on top.
  const apart = await page.evaluate(
    ([all, boilers]) => {
      const marks = boilers.map((n) => window.__map.project('boilers', n)).filter(Boolean)
      return all.filter((n) => {
        const at = window.__map.project('substations', n)
        return at && marks.every((m) => Math.hypot(m.x - at.x, m.y - at.y) > 12)
      })
    },
    [substations, boilers],
  )
  const picks = []
  for (const number of apart.slice(0, 4)) {
    await page.goto(`${url}/?focus=substation:${number}${renderer ? `&renderer=${renderer}` : ''}`)
    await page.waitForFunction(() => window.__map?.ready === true)
    await page.waitForFunction((n) => window.__map.stateOf('substations', n) > 0, number)
    await resting(page, 'substations', number)
    picks.push(
      await page.evaluate((n) => {
        const at = window.__map.project('substations', n)
        return { wanted: n, at, found: at && window.__map.pickAt(at.x, at.y) }
      }, number),
    )
  }
  await page.evaluate(() => window.__map.jumpTo({ zoom: 15.3, pitch: 60, bearing: 25 }))
  await resting(page, 'substations', substations[0])
  await drawn(page)
  await page.screenshot({ path: `${shots}/map-district${renderer && `-${renderer}`}.png` })
  return { renderer: name, readyMs, first, second, sameDocument, picks }
})
