// Coordinates as a surveyor at the city converts them: layers handed in, control points fitted with a blunder among
// them, then without, converted, proven and fetched.
import { scenario, settled } from './session.mjs'

const csv = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text, 'utf-8') })

await scenario(async ({ page }, { url, shots, phone, layer, control, blunder, checks }) => {
  await page.goto(`${url}/archive/coordinates`)
  await page.locator('input[aria-label="选择文件"]').setInputFiles({ name: layer.name, mimeType: 'application/geo+json', buffer: Buffer.from(layer.base64, 'base64') })
  await page.getByText('参数来源').waitFor()
  await page.locator('input[aria-label="控制点文件"]').setInputFiles(csv('control.csv', blunder))
  await page.getByText('疑似粗差').waitFor()
  const suspect = await page.locator('.points tr', { hasText: '疑似粗差' }).innerText()
  await page.locator('input[aria-label="检查点文件"]').setInputFiles(csv('check.csv', checks))
  await page.screenshot({ path: `${shots}/coordinates-form${phone ? '-phone' : ''}.png`, fullPage: true })
  await page.locator('input[aria-label="控制点文件"]').setInputFiles(csv('control.csv', control))
  await page.waitForFunction(() => document.querySelector('.points') && !document.querySelector('.points .doubt'))
  await page.getByRole('button', { name: '开始转换' }).click()
  await page.getByText('下载成果（zip）').waitFor()
  const report = await page.locator('table', { hasText: '中误差' }).innerText()
  const [result] = await Promise.all([page.waitForEvent('download'), page.getByText('下载成果（zip）').click()])
  await settled(page)
  await page.screenshot({ path: `${shots}/coordinates-report${phone ? '-phone' : ''}.png`, fullPage: true })
  return { suspect, report, result: result.suggestedFilename() }
})
