import { describe, expect, it } from 'vitest'
import type { Piece, SceneDeclaration } from '@/scenes/declaration'
import type { PieceState } from '@/scenes/live'
import { scenePath } from './sceneQueries'
import { sceneTags } from './sceneTags'

const piece = (id: number, kind: string, isStandby = false): Piece => ({ id, kind, label: `${kind}${id}`, at: [0, 0, 0], radius: 0.1, size: { x: 1, y: 2, z: 1 }, item: { is_standby: isStandby } }) as unknown as Piece
const scene = { pieces: [piece(1, 'circulation_pump'), piece(2, 'circulation_pump', true), piece(3, 'strainer')], captions: [{ text: '供水', at: [0, 0, 0] }] } as unknown as SceneDeclaration
const state = (level: number, ...texts: string[]): PieceState => ({ level, isRunning: true, alerts: [], values: texts.map((text) => ({ signal: 's', zh: 's', text, verdict: 0, value: 1 })) })

describe('tags of a scene', () => {
  it('name devices, tell values and stand-by, and leave plain fittings out', () => {
    const tags = sceneTags(scene, new Map([[1, state(0, '42.0 Hz')]]), null)
    expect(tags.map(({ title, lines, tone }) => [title, ...lines, tone])).toEqual([['circulation_pump1', '42.0 Hz', 'running'], ['circulation_pump2', '备用', 'plain'], ['供水', 'caption']])
  })

  it('put alarms and the chosen device first', () => {
    const tags = sceneTags(scene, new Map([[1, state(2)]]), 3)
    expect([...tags].sort((a, b) => b.weight - a.weight).map(({ id }) => id).slice(0, 2)).toEqual([3, 1])
    expect(tags[0]!.tone).toBe('level2')
  })
})

it('leads a unit to its substation and others nowhere', () => {
  expect(scenePath('unit', 13)).toBe('/twin/scene/substation/3')
  expect(scenePath('boiler', 2)).toBe('/twin/scene/boiler/2')
  expect(scenePath('building', 2)).toBeNull()
})
