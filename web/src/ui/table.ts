/** What a column of a table is, and how the order of its rows is written. */

export interface TableColumn {
  key: string
  label: string
  unit?: string
  width?: string
  numeric?: boolean
  sortable?: boolean
  /** The name of the row: heads its card on a phone. */
  primary?: boolean
}

export interface Order {
  key: string
  descending: boolean
}

/** `-opened_at` is descending by `opened_at`. */
export function orderOf(text: string): Order {
  return text.startsWith('-') ? { key: text.slice(1), descending: true } : { key: text, descending: false }
}

/** Order after a click on a column's head: ascending, descending, then the list's own order. */
export function nextOrder(current: string, key: string): string {
  if (current === key) return `-${key}`
  return current === `-${key}` ? '' : key
}
