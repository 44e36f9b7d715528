/** Areas proportional to values, grouped by parent. */
import type { EChartsOption } from 'echarts'
import type { Schemas } from '@/api/types'
import { formatMeasure, isNumber } from '@/kernel/format'
import { baseOption, toneColour, tooltip, type ChartLook } from '@/ui/chartLook'

type Entry = Schemas['TreemapEntry']

export interface Node {
  name: string
  value: number
  itemStyle?: { color: string }
  children?: Node[]
}

/** Entries as a tree; one whose parent is not listed stands at the top. */
export function treeOf(entries: readonly Entry[], look: ChartLook): Node[] {
  const names = new Set(entries.map(({ name }) => name))
  const node = (entry: Entry): Node => {
    const children = entries.filter(({ parent, name }) => parent === entry.name && name !== entry.name).map(node)
    return {
      name: entry.name,
      // A group is at least as large as its parts: with 0 of its own they would have no room.
      value: Math.max(entry.value, children.reduce((sum, child) => sum + child.value, 0)),
      ...(entry.tone === 'neutral' ? {} : { itemStyle: { color: toneColour(entry.tone, look.tokens) } }),
      ...(children.length ? { children } : {}),
    }
  }
  return entries.filter(({ parent }) => !names.has(parent)).map(node)
}

export function treemapOption(map: Schemas['Treemap'], look: ChartLook): EChartsOption {
  return {
    ...baseOption(look),
    tooltip: {
      ...tooltip(look),
      valueFormatter: (value) => formatMeasure(isNumber(value) ? value : null, map.unit, 0, true),
    },
    series: [
      {
        type: 'treemap',
        roam: false,
        nodeClick: false,
        breadcrumb: { show: false },
        top: 4,
        left: 4,
        right: 4,
        bottom: 4,
        upperLabel: { show: true, height: 20, color: look.tokens.text },
        label: { color: '#04121f' },
        itemStyle: { borderColor: look.tokens.panel, gapWidth: 1 },
        data: treeOf(map.entries, look),
      },
    ],
  }
}
