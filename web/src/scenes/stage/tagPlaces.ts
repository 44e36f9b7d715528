/** Which of many tags find room: the weightiest first, each where it covers none placed before. */

export interface Placed {
  id: number
  x: number
  y: number
  width: number
  height: number
  weight: number
}

const GAP = 3

export function visibleTags(tags: readonly Placed[], width: number, height: number): Set<number> {
  const shown: Placed[] = []
  for (const tag of [...tags].sort((a, b) => b.weight - a.weight)) {
    const isInside = tag.x >= 0 && tag.y >= 0 && tag.x + tag.width <= width && tag.y + tag.height <= height
    const covers = shown.some((other) => tag.x < other.x + other.width + GAP && other.x < tag.x + tag.width + GAP && tag.y < other.y + other.height + GAP && other.y < tag.y + tag.height + GAP)
    if (isInside && !covers) shown.push(tag)
  }
  return new Set(shown.map(({ id }) => id))
}
