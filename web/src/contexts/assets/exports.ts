/** Rows of a live list as a table for a spreadsheet. */
import { stateWord } from '@/kernel/levels'
import { formatMinute } from '@/kernel/time'
import type { Signal } from '@/contexts/telemetry/catalogue'
import type { ObjectRow } from './queries'

export function rowsForExport(rows: readonly ObjectRow[], signals: readonly Signal[]): (string | number | null)[][] {
  const shown = signals.filter(({ code }) => rows.some(({ values }) => code in values))
  const head = ['统一编码', '名称', '供热企业', '区县', '状态', '数据时间', ...shown.map(({ zh, unit }) => (unit ? `${zh} (${unit})` : zh))]
  const body = rows.map((row) => [
    row.code,
    row.name,
    row.company,
    row.district,
    stateWord(row.state).zh,
    row.minute ? formatMinute(row.minute) : '',
    ...shown.map(({ code }) => row.values[code] ?? null),
  ])
  return [head, ...body]
}
