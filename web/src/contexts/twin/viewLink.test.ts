import { describe, expect, it } from 'vitest'
import { gradientCss, ticks } from './legend'
import { totalViews } from './totals'
import { focusOf, selectionOf, viewOf, viewText } from './viewLink'

describe('view in the address', () => {
  it('comes back as it went', () => {
    const view = { center: [125.3235, 43.8171] as [number, number], zoom: 14.25, pitch: 60, bearing: -20 }
    expect(viewOf({ v: viewText(view) })).toEqual(view)
  })

  it.each([undefined, '', '1,2,3', '125,43,x,0,0', '125,43,,0,0', '999,43,11,0,0', ['1', '2']])('is refused: %s', (v) => {
    expect(viewOf({ v })).toBeNull()
  })

  it('names the object to fly to', () => {
    expect(focusOf({ focus: 'substation:123' })).toEqual({ kind: 'substation', number: 123 })
    expect(focusOf({ focus: 'substation' })).toBeNull()
    expect(selectionOf({ sel: 'plant:2' })).toEqual({ kind: 'plant', number: 2 })
    expect(selectionOf({ sel: 'plant:99999999999' })).toBeNull()
  })
})

describe('totals', () => {
  it('shows a dash for what is unknown and never a zero', () => {
    expect(totalViews({}).map(({ number }) => number)).toEqual(['—', '—', '—', '—', '—', '—'])
    expect(totalViews({ room_pass_ratio: 0.858 }).find(({ key }) => key === 'room_pass')?.number).toBe('85.8%')
  })
})

describe('legend', () => {
  const ramp = { type: 'ramp' as const, low: 0, high: 100, unit: '℃', colours: ['#000000', '#ffffff'], marks: [-5, 25] }
  it('ticks ends and inner marks', () => {
    expect(ticks(ramp)).toEqual([{ value: 0, percent: 0 }, { value: 25, percent: 25 }, { value: 100, percent: 100 }])
    expect(gradientCss(ramp)).toContain('#000000, #ffffff')
  })
})
