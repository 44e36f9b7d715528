// One object's page over a given window: live values and the stretches marked on its curve.
import { scenario, settled } from './session.mjs'

await scenario(async ({ page }, { url, shots, path, from, until, shot, shows }) => {
  await page.goto(`${url}${path}`)
  await page.getByRole('heading', { name: '运行曲线' }).waitFor()
  if (from) {
    await page.getByText('自定义', { exact: true }).click()
    await page.getByLabel('开始时间').fill(from)
    await page.getByLabel('结束时间').fill(until)
    const answered = page.waitForResponse((r) => r.url().includes('/series') && r.ok())
    await page.getByRole('button', { name: '查询' }).click()
    await answered
  }
  await page.locator('canvas').first().waitFor()
  await page.waitForFunction((pattern) => new RegExp(pattern).test(document.body.innerText), shows)
  await settled(page)
  await page.screenshot({ path: `${shots}/${shot}.png`, fullPage: true })
  return { text: await page.locator('body').innerText() }
})
