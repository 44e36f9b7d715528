// Who has problems first: the city at a glance, a ranking with its ways on, down to one home, on a phone, by day.
import { patiently, scenario, settled } from './session.mjs'

await scenario(async ({ page }, { url, shots }) => {
  const look = async (name) => {
    await settled(page)
    await page.screenshot({ path: `${shots}/overview-${name}.png` })
  }
  const go = async (path, says) => {
    await page.goto(`${url}${path}`)
    await settled(page, says)
  }

  await go('/overview', '供热面积与同比')
  const kinds = await page.locator('nav[aria-label="各类对象的问题"] a').allInnerTexts()
  await page.locator('canvas').first().waitFor()
  await look('city')

  await go('/overview/substations', '问题排行')
  const rows = page.locator('tbody tr')
  await patiently(page, async () => (await rows.count()) > 0, 'substation in trouble')
  await page.locator('.charts canvas').nth(2).waitFor()
  const first = await rows.first().innerText()
  const leads = await rows.first().locator('.more a').evaluateAll((links) => links.map((link) => [link.textContent.trim(), link.getAttribute('href')]))
  await look('substations')
  const listed = await page.locator('h1 small').innerText()
  await page.locator('.el-select', { hasText: '问题类别' }).click()
  let told = null // what the page itself was told last: asked beside it, the next minute may tell other numbers
  page.on('response', async (answer) => {
    if (/focus\/substation\?.*reason=/.test(answer.url()) && answer.ok()) told = await answer.json()
  })
  const options = page.locator('.el-select-dropdown__item:visible', { hasText: /（[1-9]\d*）/ })
  await options.first().click()
  await page.waitForFunction(() => location.search.includes('reason='))
  const filtered = await patiently(page, async () => {
    const shown = Number(/共 (\d+) 个/.exec(await page.getByText(/^共 \d+ 个$/).innerText())[1])
    return told && told.total === shown && { shown, counts: told.reasons.map(({ count }) => count), reasons: new Set(told.rows.flatMap(({ reasons }) => reasons.map(({ key }) => key))).size }
  }, 'filtered list')
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出' }).click().then(() => page.getByText('导出 CSV').click())])
  const file = download.suggestedFilename()

  await go('/overview/way', '按预警')
  const trail = page.locator('nav[aria-label="所在位置"]')
  const walked = []
  const inhabited = async () => { // a row with measured rooms: only some of the homes have a record of their own
    const at = (await page.locator('thead th').allInnerTexts()).findIndex((text) => text.startsWith('平均室温'))
    const rooms = await rows.evaluateAll((all, column) => all.map((row) => row.children[column]?.textContent.trim()), at)
    return rows.nth(Math.max(rooms.findIndex((room) => /^\d/.test(room ?? '')), 0))
  }
  for (const kind of ['换热站', '小区', '楼栋', '热用户']) {
    await (await inhabited()).focus()
    await page.keyboard.press('Enter') // the way down is walked by keyboard
    await page.locator('h1 small', { hasText: kind === '小区' ? /小区/ : kind }).or(page.getByRole('radiogroup', { name: '下一级' })).first().waitFor()
    await settled(page)
    const tab = page.getByRole('radiogroup', { name: '下一级' }).getByText(kind, { exact: true })
    if (await tab.count()) await tab.click()
    await page.locator('h1 small', { hasText: kind }).waitFor()
    await settled(page)
    walked.push(await trail.locator('b').innerText())
    if (kind === '小区') await look('way')
  }
  await rows.first().focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/overview\/users\/\d+$/)
  await settled(page, '实时数据')
  const home = { trail: await trail.innerText(), readings: await page.locator('button.card').count() }
  await patiently(page, async () => (await page.locator('.curve canvas').count()) >= 1, 'curve')
  await look('user')

  await page.setViewportSize({ width: 360, height: 740 })
  await go('/overview/substations', '问题排行')
  const widest = await page.evaluate(() => document.documentElement.scrollWidth)
  await page.locator('tbody tr').first().scrollIntoViewIfNeeded()
  await look('phone')

  await page.setViewportSize({ width: 1280, height: 720 })
  await page.evaluate(() => localStorage.setItem('cleanheat.theme', 'light'))
  await go('/overview/boilers', '问题排行')
  const theme = await page.evaluate(() => document.documentElement.dataset.theme ?? document.documentElement.className)
  await look('boilers')
  return { kinds, first, leads, listed, filtered, file, walked, home, widest, theme }
})
