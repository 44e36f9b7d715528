import { expect, it } from 'vitest'
import type { LayerSpec } from '@/map/manifest'
import { layerGroups } from './layerGroups'
import { modeOf } from './useMapMode'
import { sheetLegend } from './sheetText'

const layer = (key: string, count: number): LayerSpec => ({ key, count, zh: key }) as unknown as LayerSpec

it('layers stand in their groups, empty ones nowhere, unknown ones last', () => {
  const groups = layerGroups([layer('pipes', 3), layer('plants', 1), layer('valves', 0), layer('new', 2), layer('boilers', 4)])
  expect(groups.map(({ zh, keys }) => [zh, keys])).toEqual([['热源', ['plants', 'boilers']], ['管网', ['pipes']], ['其他', ['new']]])
})

it('a mode in an address is one of three', () => {
  expect(['2d', '3d', 'satellite', 'moon', undefined].map(modeOf)).toEqual(['2d', '3d', 'satellite', null, null])
})

it('a sheet explains its colours', () => {
  const ramp = { type: 'ramp' as const, low: 0, high: 100, unit: '℃', colours: ['#000000', '#ffffff'], marks: [] }
  expect(sheetLegend(ramp, false).map(({ zh }) => zh)).toEqual(['0 ℃', '25 ℃', '50 ℃', '75 ℃', '100 ℃'])
  const classes = { type: 'classes' as const, classes: [{ state: 1, zh: '正常', colour: '#00ff00', attention: 0 }] }
  expect(sheetLegend(classes, true).map(({ zh }) => zh)).toEqual(['正常', '长输管线', '一次网', '二次网'])
  expect(sheetLegend(null, false)).toHaveLength(3)
})
