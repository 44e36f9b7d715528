// Trust in data as its people walk it: weights, reports, samples, agreements, the catalogue, complaints.
import { readFile } from 'node:fs/promises'
import { scenario, settled } from './session.mjs'

const prompt = (page) => page.locator('.el-message-box')

async function told(page, text) {
  if (text) await prompt(page).locator('input, textarea').first().fill(text)
  await prompt(page).locator('.el-button--primary').click()
  await prompt(page).waitFor({ state: 'hidden' })
}

/** Scores of the running day and month, computed now: a young city has no period that is over. */
async function scored(page, url) {
  const now = await page.evaluate(() => fetch('/api/v1/session').then((a) => a.json()).then((a) => a.clock.now))
  const day = new Date((now + 8 * 3600) * 1000).toISOString().slice(0, 10)
  for (const [span, period] of [['day', day], ['month', day.slice(0, 7)]]) {
    await page.goto(`${url}/evaluation?span=${span}&period=${period}`)
    const row = page.getByRole('table', { name: '得分' }).locator('tbody tr').first()
    for (let n = 0; n < 8 && !(await row.isVisible()); n++) {
      await page.getByRole('button', { name: /^(重新)?计算$/ }).click() // until the first counts have come
      await row.waitFor({ timeout: 12_000 }).catch(() => undefined)
    }
    await row.waitFor({ timeout: 1_000 })
  }
}

async function weights(page, url) {
  await scored(page, url)
  await page.goto(`${url}/evaluation/weights`)
  const accuracy = page.getByLabel('准确性权重', { exact: true }).first()
  await accuracy.fill('0.9')
  await accuracy.blur()
  const save = page.getByRole('button', { name: '保存为新版本' })
  const early = await save.isDisabled()
  await page.getByRole('button', { name: '预演影响' }).click()
  const effect = page.locator('.effect')
  await effect.waitFor()
  const preview = await effect.innerText()
  await page.getByLabel('修改原因').fill('准确性更受重视')
  await save.click()
  await page.getByText('现行第 2 版').waitFor()
  const change = page.getByText('准确性更受重视').last()
  await change.waitFor()
  return { early, preview, value: await accuracy.inputValue() }
}

async function report(page, url, { company }) {
  await scored(page, url)
  await page.goto(`${url}/evaluation/reports`)
  await page.getByRole('combobox', { name: '对象' }).click({ force: true })
  await page.locator('.el-select-dropdown__item', { hasText: company }).click()
  await page.getByRole('button', { name: '生成', exact: true }).click()
  await page.locator('tbody tr', { hasText: company }).getByText('草稿').waitFor()
  await page.locator('tbody tr', { hasText: company }).getByRole('link').click()
  const frame = await (await page.locator('iframe.pdf').elementHandle()).getAttribute('src')
  const pdf = await page.evaluate((src) => fetch(src).then(async (a) => ({ type: a.headers.get('content-type'), head: (await a.text()).slice(0, 5), framed: a.headers.get('x-frame-options') })), frame)
  await page.getByRole('button', { name: '发布', exact: true }).click()
  await told(page)
  await page.getByRole('button', { name: '撤回' }).waitFor()
  return { pdf, title: await page.locator('h1').innerText(), path: new URL(page.url()).pathname }
}

async function remark(page, url, { path, text }) {
  await page.goto(`${url}${path}`)
  await page.locator('form textarea').fill(text)
  await page.locator('form').getByRole('button', { name: /答复|提交反馈/ }).click()
  await page.locator('.talk li').filter({ hasText: text }).waitFor()
  return { talk: await page.locator('.talk').innerText(), heading: await page.locator('h1').innerText() }
}

async function settle(page, url, { path }) {
  const { talk } = await remark(page, url, { path, text: '已核实，下周期复评' })
  await page.getByRole('button', { name: '办结' }).click()
  await page.getByText('已办结').first().waitFor()
  await page.getByRole('button', { name: '撤回' }).click()
  await told(page, '补充数据后重新生成')
  await page.getByRole('button', { name: '重新生成' }).waitFor()
  return { talk, heading: await page.locator('h1').innerText() }
}

async function sample(page, url) {
  await page.goto(`${url}/evaluation/samples`)
  await page.getByRole('button', { name: '抽取样本' }).click()
  const dialog = page.locator('.el-dialog')
  await dialog.locator('#sample-size').fill('4')
  await dialog.getByRole('button', { name: '抽取', exact: true }).click()
  const records = page.locator('table', { has: page.locator('caption', { hasText: '抽样记录' }) }).locator('tbody tr')
  await records.first().waitFor()
  const drawn = await records.allInnerTexts()
  await records.nth(0).getByRole('button', { name: '属实' }).click()
  await records.nth(0).locator('.el-tag', { hasText: '属实' }).waitFor()
  await records.nth(1).getByRole('button', { name: '有误' }).click()
  await told(page, '供热面积与竣工图不符')
  await records.nth(1).getByText('供热面积与竣工图不符').waitFor()
  const sums = page.locator('tbody tr').first()
  await sums.locator('.wrong').waitFor()
  return { drawn, sums: (await sums.innerText()).split('\t') }
}

async function take(page, key) {
  return page.evaluate((given) => fetch('/api/v1/catalogue/share/assets.boiler?limit=2', { headers: { 'X-Share-Key': given } }).then(async (a) => ({ status: a.status, body: await a.json() })), key)
}

async function share(page, url) {
  await page.goto(`${url}/catalogue/shares`)
  await page.getByRole('button', { name: '新建协议' }).click()
  const dialog = page.locator('.el-dialog')
  await dialog.getByLabel('使用方').fill('市统计局')
  await dialog.getByLabel('用途').fill('供热年报统计')
  await dialog.getByRole('combobox', { name: '数据资源' }).click({ force: true })
  await page.locator('.el-select-dropdown__item', { hasText: /^锅炉房$/ }).first().click()
  const boxes = dialog.locator('.fields .el-checkbox')
  await boxes.nth(1).waitFor()
  await boxes.nth(0).click()
  await boxes.nth(1).click()
  await dialog.getByRole('button', { name: '签署' }).click()
  const key = await page.locator('.key code').innerText()
  const got = await take(page, key)
  await page.reload()
  const row = page.locator('tbody tr', { hasText: '市统计局' })
  await row.waitFor()
  const shownAgain = (await page.locator('body').innerText()).includes(key)
  await row.getByRole('button', { name: '撤销' }).click()
  await told(page, '用途终止')
  await row.getByText('已撤销').waitFor()
  const refused = await take(page, key)
  await row.getByRole('button', { name: '调用记录' }).click()
  const drawer = page.locator('.el-drawer')
  await drawer.locator('tbody tr').first().waitFor()
  return { got, shownAgain, refused: refused.status, uses: await drawer.locator('tbody tr').allInnerTexts(), ended: await drawer.innerText() }
}

async function knowledge(page, url, { element }) {
  await page.goto(`${url}/catalogue`)
  await page.getByRole('button', { name: '导入', exact: true }).click()
  const dialog = page.locator('.el-dialog', { hasText: '导入元数据' })
  const text = `标识,定义,备注\n${element},机组二次侧供水总管温度,现场核对\nno.such.element,不存在,\n`
  await dialog.locator('input[type=file]').setInputFiles({ name: '元数据.csv', mimeType: 'text/csv', buffer: Buffer.from(`\ufeff${text}`) })
  const done = dialog.getByRole('button', { name: '导入', exact: true })
  const early = await done.isDisabled()
  await dialog.getByRole('button', { name: '检查' }).click()
  await dialog.getByText('检查结果').waitFor()
  const rehearsed = await dialog.locator('section').innerText()
  await done.click()
  await dialog.getByText('导入完成').waitFor()
  await page.goto(`${url}/catalogue?element=${element}`)
  const drawer = page.locator('.el-drawer')
  await drawer.getByText('机组二次侧供水总管温度').first().waitFor()
  return { early, rehearsed, drawer: await drawer.innerText() }
}

async function complaints(page, url) {
  await page.goto(`${url}/complaints`)
  await page.getByRole('button', { name: '导入热线记录' }).click()
  const dialog = page.locator('.el-dialog', { hasText: '导入热线记录' })
  const text = '渠道,工单编号,受理时间,来电人,联系电话,地址,投诉类型,投诉内容,状态\n12345,验收-1,2027-01-15 08:00,张三丰,13812341234,未知地址,室温低,家里冷,办结\n12345,验收-2,昨天,李四,,,其他,,\n'
  await dialog.getByLabel('数据文件').setInputFiles({ name: '热线.csv', mimeType: 'text/csv', buffer: Buffer.from(`\ufeff${text}`) })
  await dialog.getByRole('button', { name: '导入', exact: true }).click()
  await dialog.locator('.refused li').first().waitFor()
  const outcome = await dialog.innerText()
  const coming = page.waitForEvent('download')
  await dialog.getByRole('button', { name: '拒绝行 CSV' }).click()
  const refused = await readFile(await (await coming).path(), 'utf8')
  await dialog.getByRole('button', { name: '关闭', exact: true }).click()
  await page.goto(`${url}/complaints?q=${encodeURIComponent('验收-1')}`)
  const row = page.locator('tbody tr').filter({ hasText: '验收-1' })
  await row.waitFor()
  const masked = await row.innerText()
  await page.getByRole('button', { name: '查看未脱敏' }).click()
  await told(page, '回访核实来电人')
  await row.getByText('13812341234').waitFor()
  return { outcome, refused, masked, whole: await row.innerText() }
}

/** What somebody meets who sends data: his own page first, nothing of others, nothing to press. */
async function company(page, url) {
  await page.goto(`${url}/governance`)
  await page.waitForURL(/\/evaluation\/companies\/\d+/)
  await page.locator('h1', { hasText: '：数据质量' }).waitFor()
  const title = await page.locator('h1').innerText()
  const asked = (path) => page.evaluate((to) => fetch(to).then((a) => a.status), path)
  const statuses = [await asked('/api/v1/catalogue/shares'), await asked('/api/v1/complaints/imports'), await asked('/api/v1/evaluation/scores?kind=company&number=1')]
  const scores = await page.evaluate(() => fetch('/api/v1/evaluation/scores?kind=company').then((a) => a.json()).then((a) => a.rows.map((row) => row.name)))
  await page.goto(`${url}/evaluation/weights`)
  await page.locator('.weights').waitFor()
  const buttons = await page.getByRole('button', { name: /保存为新版本|预演影响/ }).count()
  await page.goto(`${url}/catalogue/shares`)
  await page.getByText('无权', { exact: false }).first().waitFor()
  await page.goto(`${url}/catalogue`)
  await page.locator('.tabs').waitFor()
  return { title, statuses, scores, buttons, tabs: await page.locator('.tabs a').allInnerTexts() }
}

async function phone(page, url, { paths }) {
  const wide = []
  for (const path of paths) {
    await page.goto(`${url}${path}`)
    await page.locator('h1').waitFor()
    await settled(page)
    const [content, window_] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
    const failed = await page.locator('.state[role="alert"]').count()
    const tab = page.locator('.tabs [aria-current]')
    const hidden = (await tab.count()) > 0 && (await tab.evaluate((it) => it.getBoundingClientRect().right > window.innerWidth + 1))
    if (content > window_ || failed || hidden) wide.push(`${path} ${content} ${failed} ${hidden}`)
  }
  return { wide }
}

const WALKS = { weights, report, remark, settle, sample, share, knowledge, complaints, company, phone }

/** Several walks of one person in one browser. */
await scenario(async ({ page }, { url, walks, ...given }) => {
  const found = {}
  for (const walk of walks) found[walk] = await WALKS[walk](page, url, given)
  return { found }
})
