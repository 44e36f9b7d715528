// Process scenes: from an object's page into its scene, a device chosen in the list, the drawing, the gallery.
import { scenario } from './session.mjs'

await scenario(async ({ page }, { url, shots, objects }) => {
  const scenes = {}
  const drawn = () => page.waitForFunction(() => (window.__scene?.figures.firstFrameMs ?? 0) > 0)
  const asked = []
  page.on('request', (request) => /\/three-/.test(request.url()) && asked.push(request.url()))
  await page.goto(`${url}/objects/substation/${objects.substation}`)
  await page.getByRole('button', { name: '三维工艺' }).waitFor()
  const before = asked.length
  await page.getByRole('button', { name: '三维工艺' }).click()
  await drawn()
  for (const [kind, number] of Object.entries(objects)) {
    if (kind !== 'substation') {
      await page.goto(`${url}/twin/scene/${kind}/${number}`)
      await drawn()
    }
    const list = page.getByRole('navigation', { name: '设备列表' })
    const names = await list.getByRole('button').count()
    await page.screenshot({ path: `${shots}/scene-${kind}.png` })
    const first = list.getByRole('button').first()
    await first.focus()
    await page.keyboard.press('Enter')
    const device = page.getByTestId('scene-device').or(page.locator('[data-test=scene-device]'))
    await device.first().waitFor()
    scenes[kind] = { names, device: await device.first().innerText(), figures: await page.evaluate(() => window.__scene.figures), tags: await page.locator('.scene-tag').count() }
  }
  await page.getByText('示意图', { exact: true }).click()
  await page.locator('svg.schematic.flat').waitFor()
  const boxes = await page.locator('svg.schematic.flat g.count').count()
  await page.goto(`${url}/twin/scenes`)
  await page.locator('.gallery svg').first().waitFor()
  const gallery = await page.locator('.gallery svg').count()
  return { before, scenes, boxes, gallery }
})
