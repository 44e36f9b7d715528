/** The organisations the user sees: names for filters, asked once a session. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'

const SENDING = new Set(['company', 'plant_operator', 'rural_platform', 'weather_service'])

export const useOrganisations = defineStore('organisations', () => {
  const all = shallowRef<Schemas['OrganisationOut'][]>([])
  let asked: Promise<void> | null = null
  const companies = computed(() => all.value.filter(({ kind }) => kind === 'company'))
  /** Everybody who sends readings: companies, plant operators, rural platforms, the weather service. */
  const senders = computed(() => all.value.filter(({ kind }) => SENDING.has(kind)))
  const byId = computed(() => new Map(all.value.map((one) => [one.id, one])))

  async function ask(): Promise<void> {
    try {
      all.value = await body(api.GET('/api/v1/organisations'))
    } catch {
      asked = null // names are a convenience: lists work without them, the next page asks again
    }
  }

  function load(): Promise<void> {
    asked ??= ask()
    return asked
  }

  function nameOf(id: number): string {
    return byId.value.get(id)?.short_name ?? ''
  }

  return { all, companies, senders, load, nameOf }
})
