/** Which parts of a text are what somebody searched for. */

export interface Piece {
  text: string
  hit: boolean
}

/** The text cut at every occurrence of any word, whatever its case; at most `most` characters around the first hit. */
export function pieces(text: string, query: string, most = Infinity): Piece[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const shown = clipped(text, words, most)
  const lower = shown.toLowerCase()
  const found: Piece[] = []
  let from = 0
  while (from < shown.length) {
    const next = words
      .map((word) => ({ at: lower.indexOf(word, from), length: word.length }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at || b.length - a.length)[0]
    if (!next) break
    if (next.at > from) found.push({ text: shown.slice(from, next.at), hit: false })
    found.push({ text: shown.slice(next.at, next.at + next.length), hit: true })
    from = next.at + next.length
  }
  if (from < shown.length) found.push({ text: shown.slice(from), hit: false })
  return found
}

function clipped(text: string, words: readonly string[], most: number): string {
  if (text.length <= most) return text
  const first = Math.min(...words.map((word) => text.toLowerCase().indexOf(word)).filter((at) => at >= 0), Infinity)
  const start = Number.isFinite(first) ? Math.max(0, Math.min(first - Math.floor(most / 3), text.length - most)) : 0
  return `${start ? '…' : ''}${text.slice(start, start + most)}${start + most < text.length ? '…' : ''}`
}
