// A change of the archive as its people walk it: a company asks, the city approves, an earlier version is had back.
import { open, scenario, settled } from './session.mjs'

async function ask(page, url) {
  const { rows } = await (await page.request.get(`${url}/api/v1/resources/assets.building?limit=3`)).json()
  const number = rows[2].pk
  await page.goto(`${url}/objects/building/${number}`)
  await page.getByRole('button', { name: '申请变更' }).click()
  const dialog = page.locator('.el-dialog')
  await dialog.locator('.maplibregl-canvas').waitFor()
  const floors = dialog.getByRole('spinbutton', { name: '层数' })
  const before = Number(await floors.inputValue())
  await floors.fill(String(before + 1))
  await floors.press('Tab')
  await dialog.getByRole('textbox', { name: '变更原因' }).fill('现场核实层数')
  await dialog.getByRole('button', { name: '提交审核（1 项）' }).click()
  await page.waitForURL(/archive\/changes\?id=/)
  const drawer = page.locator('.el-drawer')
  await drawer.getByText('待审核').waitFor()
  return { number, before, change: new URL(page.url()).searchParams.get('id'), asked: await drawer.innerText() }
}

async function approve(page, url, change) {
  await page.goto(`${url}/archive/changes?id=${change}`)
  const drawer = page.locator('.el-drawer')
  await drawer.getByRole('button', { name: '批准', exact: true }).click()
  await drawer.getByRole('button', { name: '确认批准' }).click()
  await drawer.getByText('已生效').waitFor()
  return drawer.innerText()
}

async function restore(page, url, number) {
  await page.goto(`${url}/objects/building/${number}`)
  const versions = page.getByRole('list', { name: '版本' })
  await versions.getByText('第 1 版').waitFor()
  await page.getByRole('button', { name: '恢复到建档时' }).click()
  await page.getByRole('textbox', { name: '恢复原因' }).fill('核实有误')
  await page.getByRole('button', { name: '恢复', exact: true }).click()
  await versions.getByText('第 2 版').waitFor()
  return versions.innerText()
}

await scenario(async ({ page }, { url, regulator, shots }) => {
  const { number, before, change, asked } = await ask(page, url)
  const city = await open({ url, ...regulator, viewport: { width: 1440, height: 900 } })
  try {
    const approved = await approve(city.page, url, change)
    const restored = await restore(city.page, url, number)
    await city.page.goto(`${url}/archive/matching`)
    await settled(city.page, '关联匹配')
    if (shots) await city.page.screenshot({ path: `${shots}/archive-matching.png` })
    return { before, asked, approved, restored, cityErrors: city.errors }
  } finally {
    await city.browser.close()
  }
})
