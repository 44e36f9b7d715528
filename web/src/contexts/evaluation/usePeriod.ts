/** The period a page of the evaluation looks at, kept in its address. */
import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { Period, Span } from './queries'

export const SPANS: readonly { value: Span; label: string }[] = [
  { value: 'day', label: '日' },
  { value: 'month', label: '月' },
  { value: 'quarter', label: '季度' },
  { value: 'season', label: '采暖季' },
  { value: 'year', label: '年' },
]

export function usePeriod(first: Span = 'month') {
  const route = useRoute()
  const router = useRouter()
  return computed<Period>({
    get: () => ({
      span: SPANS.find(({ value }) => value === route.query.span)?.value ?? first,
      period: typeof route.query.period === 'string' ? route.query.period : '',
    }),
    set: ({ span, period }) => void router.replace({ query: { ...route.query, span, period: period || undefined } }),
  })
}
