// Models and guidance as their people walk them: train, compare, adopt, roll back, set, advise, answer, hand over.
import { scenario } from './session.mjs'

/** Other jobs of a young city come first on a busy machine. */
const TRAINING_MS = 300_000

const prompt = (page) => page.locator('.el-message-box')
const table = (page, name) => page.getByRole('table', { name })

async function told(page, text) {
  if (text) await prompt(page).locator('input, textarea').first().fill(text)
  await prompt(page).locator('.el-button--primary').click()
  await prompt(page).waitFor({ state: 'hidden' })
}

/** Training a kind with few objects is asked for; it waits its turn in the background. */
async function train(page, url) {
  await page.goto(`${url}/diagnosis/models?kind=boiler`)
  await page.getByRole('button', { name: '立即训练' }).click()
  const dialog = page.getByRole('dialog', { name: '立即训练' })
  const start = dialog.getByRole('button', { name: '开始训练' })
  const early = await start.isDisabled()
  await dialog.getByLabel('训练原因').fill('季中复训')
  await start.click()
  const row = table(page, '训练记录').locator('tbody tr').filter({ hasText: '锅炉房' }).filter({ hasText: '季中复训' })
  await row.waitFor()
  return { early, training: await row.innerText() }
}

/** The version that came of it is compared, adopted and rolled back. */
async function compare(page, url) {
  await page.goto(`${url}/diagnosis/models?kind=boiler`)
  const row = table(page, '训练记录').locator('tbody tr').filter({ hasText: '锅炉房' }).filter({ hasText: '季中复训' })
  await row.waitFor()
  const follow = row.getByRole('button', { name: '查看进度' })
  if (await follow.isVisible()) await follow.click()
  await page.getByRole('link', { name: /第 2 版已训练完成/ }).click({ timeout: TRAINING_MS })
  await page.getByRole('button', { name: '采用', exact: true }).waitFor()
  await page.getByRole('img', { name: '新旧版本比较' }).waitFor()
  const rows = await table(page, /各对象的误差/).locator('tbody tr').allInnerTexts()
  await page.getByRole('button', { name: '采用', exact: true }).click()
  await told(page)
  await page.getByRole('button', { name: '回退' }).click()
  const back = prompt(page)
  await back.locator('.el-button--primary').click()
  const needed = await back.getByText('请填写回退原因').isVisible()
  await told(page, '新版本偏差大')
  await page.locator('.el-tag', { hasText: '已回退' }).waitFor()
  await page.goto(`${url}/diagnosis/models?kind=boiler`)
  await table(page, '模型版本').locator('tbody tr').nth(1).waitFor()
  const versions = await table(page, '模型版本').locator('tbody tr').allInnerTexts()
  return { needed, rows, versions }
}

/** One object's parameters: a coefficient set with a reason, leaving half-done work asked about, ended again. */
async function override(page, url, { unit }) {
  await page.goto(`${url}/diagnosis/parameters/unit/${unit}`)
  await page.getByRole('button', { name: '设定推荐供水温度修正' }).click()
  const save = page.getByRole('button', { name: '保存设定' })
  const early = await save.isDisabled()
  const value = page.getByRole('spinbutton', { name: '推荐供水温度修正设定值' })
  await value.fill('99')
  await value.blur()
  const bounded = await value.inputValue()
  await value.fill('2')
  await value.blur()
  await page.getByLabel('设定原因').fill('末端改造后偏冷')
  await page.getByRole('link', { name: '运行指导' }).click()
  await prompt(page).getByText('尚未保存').waitFor()
  await prompt(page).getByRole('button', { name: '继续编辑' }).click()
  await prompt(page).waitFor({ state: 'hidden' })
  await save.click()
  await page.getByText('人工设定：末端改造后偏冷').waitFor()
  const records = await table(page, '人工设定').locator('tbody tr').allInnerTexts()
  await page.getByRole('button', { name: '结束推荐供水温度修正的设定' }).click()
  await told(page)
  await page.getByText('人工设定：末端改造后偏冷').waitFor({ state: 'detached' })
  await page.getByRole('img', { name: '在用曲线与推荐曲线' }).waitFor()
  const expectations = await table(page, '期望值模型').innerText()
  return { early, bounded, records, expectations }
}

async function learned(page, url) {
  await page.goto(`${url}/diagnosis/feedback`)
  await table(page, '处置反馈').locator('tbody tr').first().waitFor()
  const feedback = await table(page, '处置反馈').innerText()
  await page.goto(`${url}/diagnosis/drift`)
  await page.getByRole('heading', { name: '漂移对象' }).waitFor()
  await page.goto(`${url}/diagnosis/overrides?ended=yes`)
  await table(page, '人工设定').locator('tbody tr').first().waitFor()
  return { feedback, ended: await table(page, '人工设定').innerText() }
}

/** Who would not keep rooms warm, why, and the plan of the first of them. */
async function guidance(page, url) {
  await page.goto(`${url}/diagnosis/guidance?kind=unit`)
  const row = table(page, '不满足供热需求的对象').locator('tbody tr').first()
  await row.waitFor()
  const failing = await row.innerText()
  await row.getByRole('link').click()
  for (const name of ['供回水温度', '室温', '流量与调节', '热量']) await page.getByRole('img', { name: `未来 72 小时${name}`, exact: true }).waitFor()
  const now = await table(page, '当前参数与建议参数').innerText()
  const hours = await table(page, '未来 72 小时逐时计划').locator('tbody tr').count()
  const why = await page.getByRole('region', { name: '为什么' }).innerText()
  return { failing, now, hours, why }
}

async function advice(page, url, { deed, text }) {
  await page.goto(`${url}/diagnosis/guidance?show=advice`)
  const rows = table(page, '调控建议').locator('tbody tr')
  await rows.first().waitFor()
  const buttons = await rows.first().getByRole('button').allInnerTexts()
  if (!deed) return { buttons }
  await rows.filter({ hasText: '已下达' }).first().getByRole('button', { name: deed, exact: true }).click()
  if (text) await told(page, text)
  const after = rows.filter({ hasText: text || '企业采纳' }).first()
  await after.waitFor()
  return { buttons, after: await after.innerText() }
}

async function capacity(page, url) {
  await page.goto(`${url}/diagnosis/capacity`)
  await page.getByRole('img', { name: '供热能力负荷比' }).waitFor()
  await table(page, '单、双、多系统指标').locator('tbody tr').first().waitFor()
  const systems = await table(page, '单、双、多系统指标').locator('tbody tr').allInnerTexts()
  const stations = await table(page, '供热能力').locator('tbody tr').allInnerTexts()
  await page.goto(`${url}/diagnosis/peak-boilers?days=170`)
  await table(page, '调峰锅炉房').locator('tbody tr').first().waitFor()
  return { systems, stations, peaks: await table(page, '调峰锅炉房').locator('tbody tr').allInnerTexts() }
}

/** What a reader of a company sees: pages without any button that changes something. */
async function reader(page, url) {
  await page.goto(`${url}/diagnosis/models?kind=unit`)
  await table(page, '模型版本').locator('tbody tr').first().waitFor()
  const mayTrain = await page.getByRole('button', { name: '立即训练' }).count()
  await page.goto(`${url}/diagnosis/guidance?show=advice`)
  await page.getByRole('heading', { name: '调控建议' }).waitFor()
  const answers = await page.getByRole('button', { name: /^(不?采纳|转督办)$/ }).count()
  const status = await page.evaluate(() => fetch('/api/v1/diagnosis/trainings', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRFToken': document.cookie.match(/csrftoken=([^;]+)/)?.[1] ?? '' }, body: JSON.stringify({ kind: 'unit' }) }).then((answer) => answer.status))
  return { mayTrain, answers, status }
}

async function phone(page, url, { paths, shots }) {
  const wide = []
  for (const path of paths) {
    await page.goto(`${url}${path}`)
    await page.locator('h1').first().waitFor()
    await page.locator('.spinner').first().waitFor({ state: 'detached' })
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (over > 0) wide.push([path, over])
  }
  await page.screenshot({ path: `${shots}/diagnosis_models_phone.png` })
  return { wide }
}

const WALKS = { train, compare, override, learned, guidance, advice, capacity, reader, phone }

/** Several walks of one person in one browser. */
await scenario(async ({ page }, { url, walks, ...given }) => {
  const found = {}
  for (const walk of walks) found[walk] = await WALKS[walk](page, url, given)
  return { found }
})
