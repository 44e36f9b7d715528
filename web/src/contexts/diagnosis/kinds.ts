/** Which kinds of object have a diagnosis page, in the order the heat flows. */

export const JUDGED = ['plant', 'branch', 'boiler', 'substation', 'unit'] as const
export type JudgedKind = (typeof JUDGED)[number]

export function isJudged(kind: string): kind is JudgedKind {
  return (JUDGED as readonly string[]).includes(kind)
}
