/** Which signals each kind of object carries, with names and units: asked once a session. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'

export type Signal = Schemas['SignalOut']

/** Substations report through their units. */
const CARRIER: Readonly<Record<string, string>> = { substation: 'unit' }

export const useCatalogue = defineStore('catalogue', () => {
  const kinds = shallowRef<Schemas['KindOut'][]>([])
  let asked: Promise<void> | null = null

  async function ask(): Promise<void> {
    try {
      kinds.value = await body(api.GET('/api/v1/catalogue'))
    } catch (error) {
      asked = null // the next page tries again
      throw error
    }
  }

  function load(): Promise<void> {
    asked ??= ask()
    return asked
  }

  function signals(kind: string): Signal[] {
    return kinds.value.find(({ code }) => code === (CARRIER[kind] ?? kind))?.signals ?? []
  }

  function signal(kind: string, code: string): Signal | undefined {
    return signals(kind).find((one) => one.code === code)
  }

  return { kinds, load, signals, signal }
})
