import { beforeEach, describe, expect, it } from 'vitest'
import { choiceOf, choiceText, remember, remembered, type LayerChoice } from './layerChoice'

const CHOICE: LayerChoice = { layers: ['pipes', 'plants'], areas: ['company'], baseOff: [], pipes: 'medium' }

describe('the layers in an address', () => {
  it('come back as they went', () => {
    expect(choiceOf(choiceText(CHOICE))).toEqual(CHOICE)
    const none: LayerChoice = { layers: [], areas: [], baseOff: ['roads'], pipes: 'state' }
    expect(choiceOf(choiceText(none))).toEqual(none)
  })

  it.each([undefined, '', 'pipes', 'a~b~c', 'A B~~~state', '<script>~~~state', ['a']])('are refused: %s', (text) => {
    expect(choiceOf(text)).toBeNull()
  })
})

describe('the layers of a user', () => {
  beforeEach(() => localStorage.clear())

  it('are remembered for him alone', () => {
    remember('zhang', CHOICE)
    expect(remembered('zhang')).toEqual(CHOICE)
    expect(remembered('li')).toBeNull()
  })
})
