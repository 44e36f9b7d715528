/** Original rows as the cells of the red table: the received value, how odd it is, and why. */
import { NOTHING, formatNumber } from '@/kernel/format'
import type { OriginalPage, RuleSaid } from './valueQueries'

/** Verdicts in the order of the server's codes. */
const SUSPICIOUS = 1
const BAD = 2
const MISSING = 3
const CONFIRMED = 5

/** Said where an object has no such meter. */
export const UNREPORTED = '未上传'

export type CellTone = '' | 'bad' | 'suspicious' | 'missing' | 'confirmed' | 'unreported'

export interface ValueCell {
  signal: string
  text: string
  tone: CellTone
  /** Why it is odd, in words; empty for a sound value. */
  reason: string
  /** What stands in its place now; empty where nothing does. */
  cleaned: string
}

export interface ValueRow {
  minute: number
  batch: OriginalPage['rows'][number]['batch']
  cells: ValueCell[]
  /** Rules about the row as a whole: late, repeated, wrong clock. */
  rowReason: string
}

export function toneOf(verdict: number, hasRules: boolean): CellTone {
  if (verdict === BAD) return 'bad'
  if (verdict === MISSING) return 'missing'
  if (verdict === CONFIRMED) return 'confirmed'
  return verdict === SUSPICIOUS || hasRules ? 'suspicious' : ''
}

/** `R012 室温上限 第2版` */
export function ruleName({ code, name, version }: Pick<RuleSaid, 'code' | 'name' | 'version'>): string {
  return `${code ? `${code} ` : ''}${name} 第${version}版`
}

export function valueRows(page: OriginalPage): ValueRow[] {
  return page.rows.map((row) => {
    const items = new Map(row.items.map((item) => [item.signal, item]))
    const cells = page.signals.map(({ signal, decimals, is_reported: isReported }, i): ValueCell => {
      if (!isReported) return { signal, text: UNREPORTED, tone: 'unreported', reason: '', cleaned: '' }
      const item = items.get(signal)
      const value = row.values[i]
      const put = item?.cleaned
      return {
        signal,
        text: formatNumber(value, decimals),
        tone: item ? toneOf(item.verdict, item.rules.length > 0) : '',
        reason: item ? [item.verdict_zh, ...item.rules.map(ruleName)].join('；') : '',
        cleaned: put && put.value !== null && put.value !== value ? `${formatNumber(put.value, decimals)}（${put.method_zh}）` : '',
      }
    })
    return { minute: row.minute, batch: row.batch, cells, rowReason: row.row_rules.map(ruleName).join('；') }
  })
}

/** Rows for a spreadsheet: values as received, and beside them what is odd. */
export function exportRows(page: OriginalPage, minuteText: (minute: number) => string): (string | number | null)[][] {
  const head = ['时间', ...page.signals.map(({ zh, unit }) => (unit ? `${zh} (${unit})` : zh)), '批次', '异常']
  const body = valueRows(page).map((row, r) => {
    const odd = row.cells.flatMap(({ reason }, i) => (reason ? [`${page.signals[i]?.zh ?? ''}：${reason}`] : []))
    const values = page.signals.map((_, i) => page.rows[r]?.values[i] ?? null)
    return [minuteText(row.minute), ...values, row.batch?.sequence ?? null, [...odd, row.rowReason].filter(Boolean).join(' | ') || NOTHING]
  })
  return [head, ...body]
}
