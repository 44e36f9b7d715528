/** What a panel may answer with, and when that is nothing. */
import type { Schemas } from '@/api/types'

export type PanelAnswer = Schemas['PanelAnswer']
export type PanelResult = NonNullable<PanelAnswer['result']>
export type PanelKind = PanelResult['kind']

/** Has the panel nothing to show? */
export function isEmpty(result: PanelResult): boolean {
  switch (result.kind) {
    case 'series':
      return result.times.length === 0
    case 'bars':
      return result.categories.length === 0
    case 'ranking':
    case 'timeline':
    case 'status_board':
    case 'treemap':
      return result.entries.length === 0
    case 'pie':
      return !result.shares.some(({ value }) => value)
    case 'table':
      return result.rows.length === 0
    case 'heatmap':
      return result.values.length === 0
    case 'kpi_row':
      return result.measures.length === 0
    default:
      return false
  }
}
