/** What stands on a printed map besides the picture: legend of the theme, media of pipes, time, and who took it. */
import type { Legend } from '@/map/manifest'
import type { SheetLegend } from '@/map/sheet'
import { hexOf, rampColour } from '@/map/state/palette'

const STEPS = 5
const MEDIA: readonly SheetLegend[] = [
  { zh: '长输管线', colour: '#ff5a7a' },
  { zh: '一次网', colour: '#ff9a4d' },
  { zh: '二次网', colour: '#2bb7d9' },
]

/** Swatches of named states, or five steps of a measured quantity; the media where pipes are drawn by them. */
export function sheetLegend(legend: Legend | null, pipesByMedium: boolean): SheetLegend[] {
  const media = pipesByMedium || !legend ? MEDIA : []
  if (!legend) return [...media]
  if (legend.type === 'classes') return [...legend.classes.map(({ zh, colour }) => ({ zh, colour })), ...media]
  const steps = Array.from({ length: STEPS }, (_, i) => {
    const share = i / (STEPS - 1)
    const value = legend.low + share * (legend.high - legend.low)
    return { zh: `${Math.round(value * 10) / 10} ${legend.unit}`, colour: hexOf(rampColour(legend.colours, share)) }
  })
  return [...steps, ...media]
}
