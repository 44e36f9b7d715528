/** The organisations the user sees: names for filters, asked once a session. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'

export const useOrganisations = defineStore('organisations', () => {
  const all = shallowRef<Schemas['OrganisationOut'][]>([])
  let asked: Promise<void> | null = null
  const companies = computed(() => all.value.filter(({ kind }) => kind === 'company'))
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

  return { companies, load, nameOf }
})
