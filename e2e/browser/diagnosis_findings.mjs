// Diagnosis as its people walk it: overview, list, one finding, a kind, an object, contradictions; on a phone too.
import { readFile } from 'node:fs/promises'
import { patiently, scenario, settled } from './session.mjs'

const ask = (page, path) => page.evaluate((to) => fetch(to).then(async (a) => ({ status: a.status, body: await a.json().catch(() => null) })), path)

/** The gravest finding of a circuit: a young city finds something within minutes. */
function gravest(page) {
  const look = async () => {
    const { body } = await ask(page, '/api/v1/diagnosis/findings?is_open=true&order=grave&size=200')
    return body?.rows?.find(({ kind }) => ['unit', 'substation', 'boiler', 'branch', 'plant'].includes(kind))
  }
  return patiently(page, look, 'finding of a circuit')
}

async function overview(page, url) {
  await page.goto(`${url}/diagnosis`)
  await page.getByRole('table', { name: '最严重的对象' }).locator('tbody tr').first().waitFor()
  const matrix = page.getByRole('table', { name: '各类对象的异常状态与数量' })
  await matrix.locator('a').first().waitFor()
  const boxes = await page.locator('.boxes b').allInnerTexts()
  await matrix.locator('a').first().click()
  await page.waitForURL(/\/diagnosis\/findings\?.*state=/)
  await page.getByRole('table', { name: '诊断结论' }).locator('tbody tr').first().waitFor()
  return { boxes: boxes.length, listed: await page.locator('tbody tr').count() }
}

async function finding(page, url) {
  const found = await gravest(page)
  await page.goto(`${url}/diagnosis/findings?order=grave`)
  await page.getByRole('table', { name: '诊断结论' }).locator('tbody tr').first().waitFor()
  const coming = page.waitForEvent('download')
  await page.getByRole('button', { name: '导出' }).click()
  await page.getByText('导出 CSV').click()
  const file = await readFile(await (await coming).path(), 'utf8')
  await page.goto(`${url}/diagnosis/findings/${found.id}`)
  await page.locator('h1', { hasText: found.name }).waitFor()
  await page.getByRole('img', { name: /实测值、期望值与期望区间/ }).locator('canvas').first().waitFor()
  const text = await page.locator('article').innerText()
  return { text, said: found.text, state: found.state_name, file: file.split('\n')[0], feedback: await page.getByRole('button', { name: '误报' }).count() }
}

async function feedback(page, url) {
  const found = await gravest(page)
  await page.goto(`${url}/diagnosis/findings/${found.id}`)
  await page.getByRole('button', { name: '属实' }).click()
  await page.locator('.el-message-box .el-button--primary').click()
  const told = page.locator('.feedback [role="status"]')
  await told.waitFor()
  return { told: await told.innerText() }
}

async function kinds(page, url) {
  const found = await gravest(page)
  const of = found.kind === 'unit' ? '/substation?of=unit' : `/${found.kind}`
  await page.goto(`${url}/diagnosis/kinds${of}`)
  await page.locator('.list li').first().waitFor()
  const shown = page.getByRole('region', { name: '选中对象' })
  await shown.getByRole('img', { name: /运行点、现行曲线与推荐曲线/ }).locator('canvas').first().waitFor()
  await shown.getByRole('img', { name: /残差控制图/ }).locator('canvas').first().waitFor()
  await page.goto(`${url}/objects/${found.kind}/${found.number}`)
  await page.getByRole('button', { name: '运行诊断' }).click()
  await page.waitForURL(/\/diagnosis\/objects\//)
  await page.getByRole('table', { name: '近30天诊断结论' }).locator('tbody tr').first().waitFor()
  return { title: await page.locator('h1').innerText(), name: found.name }
}

async function foreign(page, url, { other }) {
  const { status } = await ask(page, `/api/v1/diagnosis/findings/${other}`)
  await page.goto(`${url}/diagnosis/findings/${other}`)
  const told = page.locator('.state[role="alert"]')
  await told.waitFor()
  const rows = (await ask(page, '/api/v1/diagnosis/findings?size=200')).body.rows
  return { status, told: await told.innerText(), companies: [...new Set(rows.map(({ company }) => company))] }
}

async function phone(page, url) {
  const found = await gravest(page)
  const wide = []
  const paths = ['', '/findings', '/contradictions', '/kinds/boiler', '/kinds/device', `/findings/${found.id}`, `/objects/${found.kind}/${found.number}`]
  for (const path of paths) {
    await page.goto(`${url}/diagnosis${path}`)
    await page.locator('h1').waitFor()
    await settled(page)
    const [content, window_] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
    if (content > window_ || (await page.locator('.state[role="alert"]').count())) wide.push(`${path} ${content}`)
  }
  return { wide }
}

const WALKS = { overview, finding, feedback, kinds, foreign, phone }

await scenario(async ({ page }, { url, walks, ...given }) => {
  const found = {}
  for (const walk of walks) found[walk] = await WALKS[walk](page, url, given)
  return { found }
})
