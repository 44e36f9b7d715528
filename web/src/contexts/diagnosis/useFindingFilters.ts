/** The filters of a list of findings, kept in the page's address. */
import { computed, onMounted, ref } from 'vue'
import { listDistricts, type District } from '@/contexts/assets/areas'
import { useOrganisations } from '@/contexts/accounts/organisations'
import { useNumberParam, useQueryParam } from '@/ui/useQueryParam'
import { listSources, type FoundQuery } from './findingQueries'

export interface SourceChoice {
  value: string
  label: string
}

const some = (text: string): number | undefined => (text ? Number(text) : undefined)

export function useFindingFilters(defaults: { shown: 'open' | 'all'; order: 'newest' | 'grave' }) {
  const organisations = useOrganisations()
  const districts = ref<District[]>([])
  const sources = ref<SourceChoice[]>([])
  const shown = useQueryParam('show', defaults.shown)
  const level = useQueryParam('level')
  const state = useQueryParam('state')
  const kind = useQueryParam('kind')
  const company = useQueryParam('company')
  const district = useQueryParam('district')
  const source = useQueryParam('source')
  const system = useQueryParam('system')
  const text = useQueryParam('q')
  const order = useQueryParam('order', defaults.order)
  const page = useNumberParam('page', 1)

  const query = computed<FoundQuery>(() => {
    const [sourceKind, sourceNumber] = source.value.split('-')
    return {
      is_open: shown.value === 'all' ? undefined : shown.value === 'open',
      level: some(level.value),
      state: state.value || undefined,
      kind: kind.value || undefined,
      company_id: some(company.value),
      district_id: some(district.value),
      source_kind: sourceKind === 'branch' || sourceKind === 'boiler' ? sourceKind : undefined,
      source_number: some(sourceNumber ?? ''),
      system: some(system.value),
      text: text.value || undefined,
      order: order.value === 'grave' ? 'grave' : 'newest',
      page: page.value,
    }
  })

  onMounted(async () => {
    void organisations.load()
    districts.value = await listDistricts()
    const found = await Promise.all((['branch', 'boiler'] as const).map(async (one) => (await listSources(one)).map(({ number, name }) => ({ value: `${one}-${number}`, label: name }))))
    sources.value = found.flat()
  })

  return { organisations, districts, sources, shown, level, state, kind, company, district, source, system, text, order, page, query }
}

export type FindingFilters = ReturnType<typeof useFindingFilters>
