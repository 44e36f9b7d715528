/** Where the nodes of a lineage stand: a column a step, left to right, ordered so that edges cross little. */
import type { Lineage, LineageNode } from './queries'

export const NODE_WIDTH = 166
export const NODE_HEIGHT = 38
const COLUMN_GAP = 50
const ROW_GAP = 10
const MARGIN = 12
/** More nodes of a kind than this in one column are drawn as one that says how many. */
export const MOST_A_KIND = 8
const SWEEPS = 4

export interface Placed extends LineageNode {
  x: number
  y: number
  /** How many nodes this one stands for; 1 is itself. */
  count: number
}

export interface Wire {
  id: string
  path: string
  source: string
  target: string
}

export interface LineagePicture {
  nodes: Placed[]
  wires: Wire[]
  width: number
  height: number
}

/** `kind` groups too long to read become one node each; `opened` groups stay whole. */
function folded(lineage: Lineage, opened: ReadonlySet<string>) {
  const groups = new Map<string, LineageNode[]>()
  for (const node of lineage.nodes) {
    const group = `${node.step}/${node.kind}`
    groups.set(group, [...(groups.get(group) ?? []), node])
  }
  const standsFor = new Map<string, string>()
  const nodes: (LineageNode & { count: number })[] = []
  for (const [group, members] of groups) {
    const first = members[0]
    if (first && members.length > MOST_A_KIND && !opened.has(group)) {
      nodes.push({ ...first, id: `more:${group}`, zh: `${first.zh} 等 ${members.length} 项`, count: members.length })
      members.forEach(({ id }) => standsFor.set(id, `more:${group}`))
    } else {
      nodes.push(...members.map((node) => ({ ...node, count: 1 })))
      members.forEach(({ id }) => standsFor.set(id, id))
    }
  }
  const pairs = new Map<string, { source: string; target: string }>()
  for (const edge of lineage.edges) {
    const source = standsFor.get(edge.source)
    const target = standsFor.get(edge.target)
    if (source && target && source !== target) pairs.set(`${source}→${target}`, { source, target })
  }
  return { nodes, edges: [...pairs.values()] }
}

/** Mean place of a node's neighbours; its own where it has none. */
function barycentre(id: string, neighbours: ReadonlyMap<string, string[]>, rank: ReadonlyMap<string, number>): number {
  const places = (neighbours.get(id) ?? []).flatMap((one) => rank.get(one) ?? [])
  return places.length ? places.reduce((sum, one) => sum + one, 0) / places.length : (rank.get(id) ?? 0)
}

export function pictureOf(lineage: Lineage, opened: ReadonlySet<string> = new Set()): LineagePicture {
  const { nodes, edges } = folded(lineage, opened)
  const neighbours = new Map<string, string[]>()
  for (const { source, target } of edges) {
    neighbours.set(source, [...(neighbours.get(source) ?? []), target])
    neighbours.set(target, [...(neighbours.get(target) ?? []), source])
  }
  const steps = [...new Set(nodes.map(({ step }) => step))].sort((a, b) => a - b)
  const columns = steps.map((step) => nodes.filter((node) => node.step === step))
  const rank = new Map<string, number>()
  // Places are counted from the middle, so that short columns stand beside the middle of long ones.
  const note = (column: typeof nodes): void => column.forEach(({ id }, i) => rank.set(id, i - (column.length - 1) / 2))
  columns.forEach(note)
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const column of sweep % 2 ? [...columns].reverse() : columns) {
      column.sort((a, b) => barycentre(a.id, neighbours, rank) - barycentre(b.id, neighbours, rank))
      note(column)
    }
  }
  const tallest = Math.max(1, ...columns.map(({ length }) => length))
  const height = 2 * MARGIN + tallest * NODE_HEIGHT + (tallest - 1) * ROW_GAP
  const placed = columns.flatMap((column, c) =>
    column.map((node) => ({
      ...node,
      x: MARGIN + c * (NODE_WIDTH + COLUMN_GAP),
      y: height / 2 - NODE_HEIGHT / 2 + (rank.get(node.id) ?? 0) * (NODE_HEIGHT + ROW_GAP),
    })),
  )
  const at = new Map(placed.map((node) => [node.id, node]))
  return { nodes: placed, wires: edges.flatMap((edge) => wireOf(edge, at)), width: 2 * MARGIN + columns.length * (NODE_WIDTH + COLUMN_GAP) - COLUMN_GAP, height }
}

function wireOf({ source, target }: { source: string; target: string }, at: ReadonlyMap<string, Placed>): Wire[] {
  const a = at.get(source)
  const b = at.get(target)
  if (!a || !b) return []
  const [x1, y1, x2, y2] = [a.x + NODE_WIDTH, a.y + NODE_HEIGHT / 2, b.x, b.y + NODE_HEIGHT / 2]
  const bend = Math.max(24, (x2 - x1) / 2)
  return [{ id: `${source}→${target}`, source, target, path: `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}` }]
}
