// The rule library as a city administrator works in it: coverage, writing a rule with help, what it would catch,
// publishing, taking back, leaving unsaved work; then a check of records with a decision.
import { scenario } from './session.mjs'

const CODE = `e2e_${Date.now().toString(36)}`

async function library(page, url) {
  await page.goto(`${url}/quality/rules`)
  const cell = page.getByRole('button', { name: /^换热站实时数据，边界值/ })
  const covered = Number((await cell.innerText()).match(/\d+/)[0])
  await cell.click()
  await page.waitForURL(/class=substation/)
  const rows = page.locator('tbody tr.opens')
  await page.waitForFunction((n) => document.querySelectorAll('tbody tr.opens').length === n, covered)
  const families = new Set(await rows.locator('td[data-label="类别"]').allInnerTexts())
  await page.getByPlaceholder('名称、编码或表达式').fill('range_unit')
  await page.waitForFunction(() => document.querySelectorAll('tbody tr.opens').length === 1)
  return { covered, families: [...families], found: await rows.first().innerText() }
}

async function writing(page, url, shots) {
  await page.goto(`${url}/quality/rules/new`)
  await page.getByLabel('规则名称').fill('试写：二次供温上限')
  await page.getByLabel('规则编码').fill(CODE)
  const field = page.getByRole('combobox', { name: '表达式', exact: true })
  await field.click()
  await page.keyboard.type('二次供')
  const list = page.getByRole('listbox', { name: '可用名称' })
  await list.waitFor()
  const offered = await list.getByRole('option').allInnerTexts()
  await page.keyboard.press('ArrowDown')
  await page.screenshot({ path: `${shots}/rule-completion.png` })
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  const completed = await field.inputValue()
  await page.keyboard.press('End')
  await page.keyboard.type(' <= 供水的温')
  const note = page.locator('.note').first()
  await note.getByText('未知的名称').waitFor()
  const fault = { text: await note.innerText(), underlined: await page.locator('.fault').first().innerText() }
  await page.screenshot({ path: `${shots}/rule-fault.png` })
  await page.getByRole('button', { name: '添加参数' }).click()
  await page.getByLabel('参数 p1 的名称').fill('上限温度')
  await page.getByLabel('参数 上限温度 的数值').fill('20')
  await page.getByLabel('参数 上限温度 的单位').fill('℃')
  await page.getByLabel('参数 上限温度 的来源').fill('本市经验')
  await field.fill('二次供水温度 <= 上限温度')
  await note.getByText('二次供水温度 不大于 上限温度').waitFor()
  return { offered, completed, fault, sentence: await note.innerText() }
}

async function trying(page, shots) {
  const pane = page.getByRole('region', { name: '试算' })
  await pane.locator('.hit dd').waitFor()
  const basis = await pane.locator('.basis').innerText()
  const hits = Number((await pane.locator('.hit dd').evaluate((dd) => dd.firstChild.textContent)).replaceAll(/[^0-9]/g, '') || 0)
  const example = await pane.getByRole('region', { name: '例子' }).locator('tbody tr').first().innerText({ timeout: 15_000 })
  await page.screenshot({ path: `${shots}/rule-preview.png`, fullPage: true })
  await pane.getByRole('button', { name: /试算最近一天/ }).click()
  await pane.getByText('不代表全天').waitFor({ state: 'hidden', timeout: 120_000 })
  return { basis, hits, example, day: await pane.locator('.basis').innerText() }
}

async function publishing(page) {
  await page.getByRole('button', { name: '发布', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: '发布规则' })
  const refused = await dialog.getByRole('button', { name: '发布' }).isDisabled()
  await dialog.getByRole('textbox').fill('端到端试验')
  await dialog.getByRole('button', { name: '发布' }).click()
  await page.waitForURL(/\/quality\/rules\/\d+$/)
  await page.getByText('已发布 v1').first().waitFor()
  await page.getByRole('button', { name: '停用' }).click()
  const retire = page.getByRole('dialog', { name: /^停用/ })
  await retire.getByRole('textbox').fill('试验结束')
  await retire.getByRole('button', { name: '停用' }).click()
  await page.getByRole('button', { name: '撤销' }).click()
  await page.getByRole('button', { name: '停用' }).waitFor()
  await page.getByText(/^办理记录/).click()
  await page.getByText('撤销停用').waitFor()
  return { needsReason: refused, text: await page.locator('main').innerText(), address: page.url() }
}

async function leaving(page) {
  await page.getByRole('button', { name: '修改' }).click()
  await page.getByLabel('规则名称').fill('试写：改名')
  await page.getByText('有未保存的修改').waitFor()
  await page.getByRole('button', { name: '返回' }).click()
  await page.getByRole('button', { name: '继续编辑' }).click()
  const stayed = page.url().endsWith('/edit')
  await page.getByRole('button', { name: '返回' }).click()
  await page.getByRole('button', { name: '放弃修改' }).click()
  await page.waitForURL(/\/quality\/rules\/\d+$/)
  return stayed
}

async function records(page, url, shots) {
  await page.goto(`${url}/quality/records`)
  // A name written badly: what an import may bring in.
  const name = await page.evaluate(async () => {
    const token = document.cookie.match(/csrftoken=([^;]+)/)[1]
    const { rows } = await (await fetch('/api/v1/resources/assets.substation?limit=1')).json()
    const untidy = `${rows[0].name.trim()}　Ａ `
    const options = { method: 'PATCH', headers: { 'Content-Type': 'application/json', 'X-CSRFToken': token }, body: JSON.stringify({ name: untidy }) }
    await fetch(`/api/v1/resources/assets.substation/${rows[0].pk}`, options)
    return untidy
  })
  await page.getByRole('button', { name: '立即核查' }).click()
  await page.getByText('核查完成').waitFor({ timeout: 120_000 })
  const row = page.locator('tbody tr.opens', { hasText: name.trim().slice(0, 4) }).first()
  await row.waitFor()
  await page.screenshot({ path: `${shots}/record-checks.png` })
  await row.click()
  const drawer = page.getByRole('dialog')
  await drawer.locator('dl').waitFor()
  const detail = await drawer.innerText()
  await page.screenshot({ path: `${shots}/record-drawer.png` })
  await drawer.getByRole('button', { name: '忽略' }).click()
  const dialog = page.getByRole('dialog', { name: '忽略问题' })
  await dialog.getByRole('textbox').fill('名称有据')
  await dialog.getByRole('button', { name: '忽略' }).click()
  await page.getByRole('button', { name: /^已忽略/ }).click()
  const listed = page.getByRole('table', { name: '核查问题' }).locator('tbody')
  await listed.getByText('待处理').first().waitFor({ state: 'detached' })
  await listed.getByText('已忽略').first().waitFor()
  return { detail, dismissed: await listed.innerText() }
}

await scenario(async ({ page }, { url, shots }) => {
  const answer = { library: await library(page, url) }
  answer.writing = await writing(page, url, shots)
  answer.preview = await trying(page, shots)
  answer.published = await publishing(page)
  answer.stayed = await leaving(page)
  answer.records = await records(page, url, shots)
  return answer
})
