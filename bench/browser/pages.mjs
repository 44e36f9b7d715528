// Four engines draw the same city: first render in alternating rounds, then what ours costs in use.  JSON in, JSON out.
import { heapMb, mainThreadMs, standing, visit } from './browser.mjs'

const input = JSON.parse(process.argv[2])
const address = (page, view, extra = '') => `${input.url}/${page}.html?view=${view}${extra}`
const times = async (n, work) => {
  const all = []
  for (let i = 0; i < n; i++) all.push(await work(i))
  return all
}

async function firstRender(name, view, shot) {
  return visit({ address: address(name, view) }, async (seen) => {
    await standing(seen, () => window.bench !== undefined)
    const found = { cpu_s: seen.cpu(), wall_s: (await seen.page.evaluate(() => window.bench.firstRenderMs)) / 1e3, heap: await heapMb(seen) }
    if (shot) await seen.page.screenshot({ path: `${input.shots}/${name}-${view}.png`, timeout: 0 })
    return { ...found, outside: seen.outside }
  })
}

/** Costs of a page in use, main thread CPU in ms. */
async function use(name, view, { turns, recolours }) {
  return visit({ address: address(name, view) }, async (seen) => {
    await standing(seen, () => window.bench !== undefined)
    const ms = (step, argument) => mainThreadMs(seen, step, argument)
    const floor = await times(turns, () => ms(() => new Promise((done) => requestAnimationFrame(done))))
    const recolour = await times(recolours, (i) => ms((n) => window.bench.recolour(n), i))
    const turn = await times(turns, () => ms(() => window.bench.turn(2)))
    const own = name === 'ours' ? { ...(await deltas(seen, ms)), picks: await picks(seen) } : {}
    return { floor, recolour, turn, objects: await seen.page.evaluate(() => window.bench.objects), ...own }
  })
}

async function deltas(seen, ms) {
  const frame = await times(15, () => ms(() => window.bench.frame()))
  const delta = await times(15, async (i) => {
    await seen.page.evaluate((n) => window.bench.prepareDelta(n), i)
    return ms(async () => {
      if (window.bench.applyDelta() !== 'applied') throw new Error('the delta was not taken')
      await window.bench.frame()
    })
  })
  return { frame, delta }
}

/** A grid of pixels, each asked once: what was found and how long it took. */
async function picks({ page }) {
  return page.evaluate(async () => {
    const found = []
    await window.bench.frame()
    window.bench.finish()
    for (let y = 100; y < 700; y += 43) for (let x = 60; x < 1260; x += 57) found.push({ x, y, ...window.bench.timedPick(x, y) })
    return found
  })
}

/** Do both renderers name the same object at the same pixel?  Asked where ours finds one object all around the pixel.
 * Our pick reaches four pixels, MapLibre's none: where it names nothing, the pixel itself lies beside the object. */
async function oracle(view) {
  const grid = await visit({ address: address('ours', view) }, async (seen) => {
    await standing(seen, () => window.bench !== undefined)
    return seen.page.evaluate((reach) => {
      const same = (a, b) => a && b && a.layer === b.layer && a.number === b.number
      const found = []
      for (let y = 90; y < 700; y += 23) {
        for (let x = 40; x < 1270; x += 29) {
          const at = window.bench.pick(x, y)
          const around = [[reach, 0], [-reach, 0], [0, reach], [0, -reach]].every(([dx, dy]) => same(at, window.bench.pick(x + dx, y + dy)))
          if (at && around) found.push({ x, y, ...at })
        }
      }
      return found
    }, input.reach)
  })
  return visit({ address: address('ours', view, '&renderer=fallback') }, async (seen) => {
    await standing(seen, () => window.bench !== undefined)
    const other = await seen.page.evaluate((all) => all.map(({ x, y }) => window.bench.pick(x, y)), grid)
    await seen.page.screenshot({ path: `${input.shots}/fallback-${view}.png`, timeout: 0 })
    const pairs = grid.map((own, i) => ({ own, other: other[i] }))
    const differs = pairs.filter((pair) => pair.other && (pair.other.layer !== pair.own.layer || pair.other.number !== pair.own.number))
    return { asked: grid.length, beside: pairs.filter((pair) => !pair.other).length, differs }
  })
}

const answer = { rounds: [], use: {}, oracle: {} }
for (let round = 0; round < input.rounds; round++) {
  const row = {}
  for (const name of input.pages) {
    row[name] = await firstRender(name, 'city', round === 0)
    console.error(name, row[name].wall_s, row[name].cpu_s)
  }
  answer.rounds.push(row)
}
for (const view of input.views) {
  for (const name of input.use) {
    const slow = name === 'deck'
    answer.use[`${name}.${view}`] = await use(name, view, { turns: slow ? 3 : 15, recolours: slow ? 2 : name === 'ours' ? 11 : 4 })
    console.error('use', name, view)
  }
}
for (const view of input.oracle) answer.oracle[view] = await oracle(view)
console.log(JSON.stringify(answer))
