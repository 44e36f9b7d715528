// Both renderers name the same object at the same pixel: asked where ours finds one object all around the pixel.
import { scenario } from './session.mjs'

const REACH_PX = 3 // lines differ in width between the two by less

async function at(page, address, view) {
  await page.goto(address)
  await page.waitForFunction(() => window.__map?.ready === true)
  await page.evaluate((view) => window.__map.jumpTo(view), view)
  await page.evaluate(() => window.__map.idle())
}

await scenario(async ({ page }, { url, shots, substation }) => {
  await at(page, `${url}/?theme=infrastructure`, {})
  const center = await page.evaluate((number) => window.__map.placeOf('substations', number), substation)
  const view = { center, zoom: 15.3, pitch: 55, bearing: 25 }
  await at(page, `${url}/?theme=infrastructure`, view)
  const ours = await page.evaluate((reach) => {
    const found = []
    const canvas = document.querySelector('.maplibregl-canvas')
    const same = (a, b) => a && b && a.layer === b.layer && a.number === b.number
    for (let y = 40; y < canvas.clientHeight - 20; y += 29) {
      for (let x = 20; x < canvas.clientWidth - 20; x += 37) {
        const own = window.__map.pickAt(x, y)
        const around = [[reach, 0], [-reach, 0], [0, reach], [0, -reach]].every(([dx, dy]) => same(own, window.__map.pickAt(x + dx, y + dy)))
        if (own && around) found.push({ x, y, own })
      }
    }
    return found
  }, REACH_PX)
  await page.screenshot({ path: `${shots}/oracle-ours.png` })
  await at(page, `${url}/?theme=infrastructure&renderer=fallback`, view)
  const name = await page.evaluate(() => window.__map.renderer)
  const pairs = await page.evaluate((all) => all.map(({ x, y, own }) => ({ x, y, own, other: window.__map.pickAt(x, y) })), ours)
  await page.screenshot({ path: `${shots}/oracle-fallback.png` })
  return { name, pairs }
})
