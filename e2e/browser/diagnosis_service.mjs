// Service, rooms, heat users, weather and cold snaps as their people walk them.
import { readFile } from 'node:fs/promises'
import { scenario, settled } from './session.mjs'

const PATIENCE_MS = 200_000

/** Days are summed and rooms judged some time after a city has started: look again until there is a row. */
async function filled(page, address, row) {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; ) {
    await page.goto(address)
    const found = await row().waitFor({ timeout: 8_000 }).then(
      () => true,
      () => false,
    )
    if (found) return
  }
  await row().waitFor({ timeout: 1_000 })
}

const asked = (page, path) => page.evaluate((to) => fetch(`/api/v1/diagnosis/${to}`).then((a) => a.json()), path)

/** From the city's figures to a company, and down to one of its substations. */
async function service(page, url) {
  const rows = () => page.getByRole('table', { name: '供热企业服务质量' }).locator('tbody tr')
  await filled(page, `${url}/diagnosis/service`, () => rows().first())
  const figures = await page.locator('.boxes').innerText()
  await page.getByRole('button', { name: '得分口径' }).click()
  const numbers = await page.locator('.el-dialog').innerText()
  await page.keyboard.press('Escape')
  await page.locator('.el-dialog').waitFor({ state: 'hidden' })
  const coming = page.waitForEvent('download')
  await page.getByRole('button', { name: '导出 CSV' }).click()
  const csv = await readFile(await (await coming).path(), 'utf8')
  const count = await rows().count()
  await rows().first().getByRole('link').click()
  const below = page.getByRole('table', { name: '换热站服务质量' }).locator('tbody tr')
  await below.first().waitFor()
  const title = await page.locator('h1').innerText()
  await below.first().getByRole('link').click()
  await page.waitForURL(/service\/substation\/\d+/)
  await page.getByRole('button', { name: '提出督导' }).waitFor()
  return { figures, numbers, csv, count, title }
}

/** From the cold rooms to one of them, and to the heat user who lives there. */
async function rooms(page, url) {
  const rows = () => page.getByRole('table', { name: '室温测点' }).locator('tbody tr')
  await filled(page, `${url}/diagnosis/rooms`, () => page.getByRole('group', { name: '按状态筛选' }).getByRole('button', { name: /正常/ }))
  await page.getByRole('group', { name: '按状态筛选' }).getByRole('button', { name: /室温偏低/ }).click()
  await page.waitForURL(/state=room_cold/)
  await rows().filter({ hasText: '室温偏低' }).first().waitFor()
  await rows().filter({ hasText: '正常' }).first().waitFor({ state: 'detached' })
  await rows().first().getByRole('link').click()
  const ahead = page.getByRole('table', { name: '未来室温' }).locator('tbody tr')
  await ahead.first().waitFor()
  const horizons = await ahead.allInnerTexts()
  await page.locator('.chart canvas').first().waitFor()
  await page.getByRole('link', { name: '热用户画像' }).last().waitFor()
  await page.locator('header').getByRole('link', { name: '热用户画像' }).click()
  await page.getByRole('table', { name: '与同群代表户对照' }).waitFor()
  return { horizons, portrait: await page.locator('main').innerText() }
}

async function portraits(page, url) {
  await page.goto(`${url}/diagnosis/portraits`)
  const tags = page.getByRole('group', { name: '按标签筛选' })
  await tags.getByRole('button', { name: /沉默的低温户/ }).click()
  await page.waitForURL(/tag=silent/)
  const rows = page.getByRole('table', { name: '热用户' }).locator('tbody tr')
  await rows.filter({ hasText: '沉默的低温户' }).first().waitFor()
  await page.goto(`${url}/diagnosis/special-users`)
  const special = page.getByRole('table', { name: '各位置住户' }).locator('tbody tr')
  await special.nth(4).waitFor()
  return { special: await special.allInnerTexts() }
}

/** A demand is made, asks before it is thrown away, stands, and is closed. */
async function demand(page, url, { community, reason }) {
  await page.goto(`${url}/diagnosis/service/community/${community}`)
  await page.getByRole('button', { name: '提出督导' }).click()
  const dialog = page.getByRole('dialog', { name: '提出供热质量督导' })
  await dialog.getByLabel('原因').fill(reason)
  await dialog.getByRole('button', { name: '取消' }).click()
  await page.locator('.el-message-box').getByRole('button', { name: '继续编辑' }).click()
  await dialog.getByRole('button', { name: '提出', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.goto(`${url}/diagnosis/demands`)
  const row = page.locator('tbody tr').filter({ hasText: reason })
  await row.getByText('督导中').waitFor()
  const told = await row.innerText()
  await row.getByRole('button', { name: /办结/ }).click()
  await page.locator('.el-message-box .el-button--primary').click()
  await row.waitFor({ state: 'detached' })
  await page.getByText('全部', { exact: true }).click()
  await row.getByText('已办结').waitFor()
  return { told, demands: (await asked(page, 'demands')).map((one) => one.reason) }
}

async function forecast(page, url) {
  await page.goto(`${url}/diagnosis/forecast`)
  await page.locator('.boxes').waitFor()
  await page.getByRole('button', { name: '上传预报' }).click()
  const dialog = page.getByRole('dialog', { name: '上传天气预报' })
  const coming = page.waitForEvent('download')
  await dialog.getByRole('button', { name: '下载模板' }).click()
  const sample = (await readFile(await (await coming).path(), 'utf8')).replace('\ufeff', '')
  const lines = sample.split('\r\n').map((line, i) => (i ? line.replace(',,', `,${(-12 - i / 10).toFixed(1)},3`) : line))
  await dialog.getByLabel('预报来源').fill('验收气象台')
  const file = (text) => ({ name: '预报.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  await dialog.locator('input[type=file]').setInputFiles(file('时间,湿度\n1,2\n'))
  await dialog.getByRole('button', { name: '上传', exact: true }).click()
  const refused = await dialog.getByRole('alert').last().innerText()
  await dialog.locator('input[type=file]').setInputFiles(file(lines.join('\r\n')))
  await dialog.getByRole('button', { name: '上传', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.locator('.boxes').getByText('验收气象台').waitFor()
  return { refused, figures: await page.locator('.boxes').innerText() }
}

/** A cold snap with a boiler room tripped: gone through, read both ways, compared with a plain one, dropped. */
async function snap(page, url) {
  const names = ['寒潮甲', '寒潮乙']
  const told = []
  for (const [i, name] of names.entries()) {
    await page.goto(`${url}/diagnosis/scenarios`)
    await page.getByRole('button', { name: '新建推演' }).click()
    const dialog = page.getByRole('dialog', { name: '寒潮推演' })
    await dialog.getByLabel('名称').fill(name)
    if (i) {
      await dialog.getByRole('button', { name: '添加热源' }).click()
      await dialog.getByRole('combobox', { name: '第 1 个热源', exact: true }).click({ force: true })
      await page.locator('.el-select-dropdown__item:visible').first().click()
    }
    await dialog.getByRole('button', { name: '推演', exact: true }).click()
    await page.waitForURL(/scenarios\/\d+/)
    await page.getByRole('table', { name: '最冷的换热站' }).locator('tbody tr').first().waitFor()
    told.push(await page.locator('.verdict').innerText())
  }
  const before = await page.locator('.boxes').innerText()
  await page.getByText('采取措施', { exact: true }).first().click()
  await page.getByText('热源缺口', { exact: true }).click()
  await page.getByRole('table', { name: '热源缺口' }).locator('tbody tr').first().waitFor()
  const map = await page.getByText('最冷的换热站', { exact: true }).click().then(() => page.getByRole('link', { name: /在地图上看 / }).first().getAttribute('href'))
  await page.goto(`${url}/diagnosis/scenarios`)
  const row = (name) => page.locator('tbody tr').filter({ hasText: name })
  for (const name of names) await row(name).locator('.el-checkbox').click()
  await page.getByRole('button', { name: '比较所选（2）' }).click()
  await page.getByRole('row', { name: /缺热量/ }).waitFor()
  const compared = await page.locator('thead').first().innerText()
  await page.goto(`${url}/diagnosis/scenarios`)
  for (const name of names) {
    await row(name).getByRole('button', { name: /删除/ }).click()
    await page.locator('.el-message-box .el-button--primary').click()
    await row(name).waitFor({ state: 'detached' })
  }
  return { told, before, map, compared }
}

/** What a company's reader meets: its own part, said to be a part, and nothing to press. */
async function company(page, url, { foreign }) {
  await page.goto(`${url}/diagnosis/service?level=city`)
  await page.locator('h1').filter({ hasText: '仅含您可见的部分' }).waitFor()
  const status = await page.evaluate((to) => fetch(`/api/v1/diagnosis/${to}`).then((a) => a.status), `service/company/${foreign}`)
  await page.goto(`${url}/diagnosis/demands`)
  await page.locator('.state, tbody').first().waitFor()
  const buttons = await page.getByRole('button', { name: /提出督导|办结/ }).count()
  await page.goto(`${url}/diagnosis/forecast`)
  await page.locator('.boxes').waitFor()
  return { status, buttons, uploads: await page.getByRole('button', { name: '上传预报' }).count(), companies: (await asked(page, 'service?level=company')).rows.map((one) => one.name) }
}

async function phone(page, url, { paths }) {
  const wide = []
  for (const path of paths) {
    await page.goto(`${url}${path}`)
    await page.locator('h1').waitFor()
    await settled(page)
    const [content, window_] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
    const failed = await page.locator('.state[role="alert"]').count()
    if (content > window_ || failed) wide.push(`${path} ${content} ${failed}`)
  }
  return { wide }
}

const WALKS = { service, rooms, portraits, demand, forecast, snap, company, phone }

/** Several walks of one person in one browser. */
await scenario(async ({ page }, { url, walks, ...given }) => {
  const found = {}
  for (const walk of walks) found[walk] = await WALKS[walk](page, url, given)
  return { found }
})
