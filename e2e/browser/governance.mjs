// Governance as its people walk it: a doubtful value traced and judged, an order answered with a picture, a training kept.
import { patiently, scenario } from './session.mjs'

const PICTURE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFUlEQVR4nGNsMDrHgA0wYRUdtBIAO/8BmXSM0xUAAAAASUVORK5CYII=', 'base64')
const SCRIPT = { name: '脚本.html', mimeType: 'text/html', buffer: Buffer.from('<p>') }

async function trace(page, url) {
  await page.goto(`${url}/objects/unit/5?tab=trace`)
  await page.getByText('只看异常').click()
  await page.locator('td.num button').first().click()
  const drawer = page.locator('.el-drawer')
  await drawer.getByRole('button', { name: '人工核定…' }).click()
  await page.locator('#confirm-reason').fill('现场比对，读数正确')
  await page.getByRole('button', { name: '确认核定' }).click()
  await drawer.getByRole('button', { name: '撤销核定' }).waitFor()
  const judged = await drawer.innerText()
  await drawer.getByRole('button', { name: '撤销核定' }).click()
  await drawer.getByText('撤销', { exact: false }).filter({ hasText: '已由' }).first().waitFor()
  return { judged, undone: await drawer.innerText() }
}

async function answer(page, url, order) {
  await page.goto(`${url}/governance/orders/${order}`)
  const dialog = page.locator('.el-dialog')
  await page.getByRole('button', { name: '接收', exact: true }).click()
  await dialog.getByRole('button', { name: '接收', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: '反馈', exact: true }).click()
  await dialog.getByRole('button', { name: '反馈', exact: true }).click()
  await dialog.locator('.el-form-item__error').first().waitFor()
  const faults = await dialog.locator('.el-form-item__error').allInnerTexts()
  await dialog.locator('input[type=file]').first().setInputFiles([{ name: '现场.png', mimeType: 'image/png', buffer: PICTURE }, SCRIPT])
  await dialog.locator('.refusal').waitFor()
  await dialog.getByText('已上传').waitFor()
  const refusal = await dialog.locator('.refusal').innerText()
  await dialog.locator('#step-cause').click({ force: true })
  await page.locator('.el-select-dropdown__item', { hasText: '传感器故障' }).click()
  await dialog.locator('#step-measure').fill('更换温度传感器')
  await dialog.locator('#step-note').fill('已到现场更换')
  await dialog.getByRole('button', { name: '反馈', exact: true }).click()
  await page.locator('.stages .now', { hasText: '平台核验' }).waitFor()
  const newest = page.locator('.timeline li').first()
  const picture = newest.locator('img')
  await picture.waitFor()
  const shown = await picture.evaluate((img) => img.decode().then(() => img.naturalWidth))
  return { faults, refusal, newest: await newest.innerText(), shown }
}

async function training(page, url) {
  await page.goto(`${url}/governance/trainings`)
  await page.getByRole('button', { name: '新增' }).click()
  const dialog = page.locator('.el-dialog')
  const fill = (key, text) => dialog.locator(`#field-${key}`).fill(text)
  await fill('topic', '数据质量规则培训')
  await fill('held_on', '2027-01-15')
  await fill('organiser', '数据科')
  await fill('trainees', '12')
  await fill('hours', '3')
  await fill('passed', '11')
  await fill('content', '规则与工单')
  await dialog.getByRole('button', { name: '保存' }).click()
  await page.getByRole('button', { name: '数据质量规则培训 的资料' }).click()
  const kept = page.locator('.el-dialog', { hasText: '培训资料' })
  await kept.locator('input[type=file]').first().setInputFiles([{ name: '讲义.png', mimeType: 'image/png', buffer: PICTURE }])
  await kept.getByText('已上传').waitFor()
  await kept.getByRole('button', { name: '加入资料' }).click()
  await kept.locator('.shelf').waitFor()
  return { shelf: await kept.locator('.shelf').innerText() }
}

async function look(page, url) {
  let told = null // what the page itself was told last: asked beside it, the next minute may tell other numbers
  page.on('response', async (answer) => {
    if (answer.url().includes('/api/v1/alerts/standing') && answer.ok()) told = await answer.json()
  })
  await page.goto(`${url}/quality/board`)
  const levels = page.locator('.levels b')
  const board = await patiently(page, async () => {
    const shown = await levels.allInnerTexts()
    return told && shown.join() === told.by_level.join() && shown
  }, 'board that says what it was told', 60)
  const { by_level } = told
  await page.goto(`${url}/quality/uploads`)
  await page.locator('tbody tr').first().click()
  const drawer = page.locator('.el-drawer')
  await drawer.getByText(/共 \d+ 个/).first().waitFor()
  return { board, told: by_level, uploads: await drawer.innerText() }
}

const WALKS = { trace, answer, training, look }

await scenario(async ({ page }, { url, walk, order }) => WALKS[walk](page, url, order))
