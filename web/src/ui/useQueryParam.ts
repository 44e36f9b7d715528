/** A value kept in the page's address, so that a filtered list can be sent to a colleague. */
import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** Writing a filter also goes back to the first page unless it is the page itself. */
export function useQueryParam(name: string, fallback = ''): WritableComputedRef<string> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => {
      const value = route.query[name]
      return typeof value === 'string' ? value : fallback
    },
    set: (value) => {
      const query = { ...route.query, [name]: value === fallback ? undefined : value }
      if (name !== 'page') delete query.page
      void router.replace({ query })
    },
  })
}

/** The same for whole numbers. */
export function useNumberParam(name: string, fallback: number): WritableComputedRef<number> {
  const text = useQueryParam(name, String(fallback))
  return computed({
    get: () => {
      const value = Number(text.value)
      return Number.isInteger(value) && value > 0 ? value : fallback
    },
    set: (value) => {
      text.value = String(value)
    },
  })
}
