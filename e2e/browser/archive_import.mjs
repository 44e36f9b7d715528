// The import wizard as the city's administrator works in it: a bad GBK file told row by row and kept out, a good one in
// and taken back.
import { scenario } from './session.mjs'

async function handIn(page, url, file) {
  await page.goto(`${url}/archive/import`)
  await page.locator('input[type=file]').setInputFiles({ name: file.name, mimeType: 'text/csv', buffer: Buffer.from(file.base64, 'base64') })
  await page.getByRole('button', { name: '预览前 50 行' }).waitFor()
}

async function rehearse(page) {
  await page.waitForFunction(() => !document.querySelector('.lacks'))
  await page.getByRole('button', { name: '预览前 50 行' }).click()
  await page.locator('table caption', { hasText: '预览' }).waitFor({ state: 'attached' })
  const previewed = await page.locator('.wrap table').first().innerText()
  await page.getByRole('button', { name: '试导入', exact: true }).click()
  await page.locator('.counts').waitFor()
  return { previewed, counts: await page.locator('.counts').innerText() }
}

await scenario(async ({ page }, { url, shots, good, bad }) => {
  await handIn(page, url, bad)
  const first = await rehearse(page)
  await page.locator('.lines li').first().waitFor()
  const told = await page.locator('.lines').innerText()
  await page.screenshot({ path: `${shots}/archive-import-refused.png`, fullPage: true })
  const [sheet] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '未通过的行（Excel）' }).click()])
  await page.getByLabel('导入原因').fill('年度普查')
  const keptOut = await page.getByRole('button', { name: '确认导入' }).isDisabled()
  await handIn(page, url, good)
  await page.getByRole('button', { name: '预览前 50 行' }).click()
  await page.locator('.wrap table').first().waitFor()
  await page.screenshot({ path: `${shots}/archive-import.png` })
  const second = await rehearse(page)
  await page.getByLabel('导入原因').fill('年度普查')
  await page.getByRole('button', { name: '确认导入' }).click()
  await page.getByText('已导入：').waitFor()
  const done = await page.getByText('已导入：').innerText()
  await page.getByLabel('撤销原因').fill('演练结束')
  await page.getByRole('button', { name: '撤销这次导入' }).click()
  await page.getByText('这次导入已撤销').waitFor()
  return { first, told, sheet: sheet.suggestedFilename(), keptOut, second, done }
})
