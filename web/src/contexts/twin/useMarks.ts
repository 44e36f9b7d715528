/** Open alerts and orders as icons: asked with each alert and minute, filtered here, shown on the map. */
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { useAsk } from '@/api/useAsk'
import { useLive } from '@/app/live'
import { kindWord } from '@/kernel/kinds'
import { levelWord } from '@/kernel/levels'
import { MarkIcons } from './markIcons'
import { choicesOf, iconsOf, passing } from './marks'
import { getOpenMarks } from './replayQueries'
import type { CityMapState } from './useCityMap'

/** A storm of alerts asks once, not once an alert. */
const PATIENCE_MS = 3_000

export function useMarks(map: CityMapState) {
  const live = useLive()
  const isShown = ref(true)
  const sorts = reactive(new Set(['alert', 'order']))
  const kind = ref('')
  const problem = ref('')
  const model = ref('')
  const level = ref(0)
  const news = ref(0)
  let waiting: ReturnType<typeof setTimeout> | undefined
  const asked = useAsk(getOpenMarks, { on: [news] })
  const all = computed(() => asked.data.value?.marks ?? [])
  const found = computed(() =>
    passing(all.value, { sorts, kind: kind.value, problem: problem.value, model: model.value, level: level.value }),
  )
  const choices = computed(() => ({
    kinds: choicesOf(all.value, ({ mark }) => [mark.object_kind, kindWord(mark.object_kind)]),
    problems: choicesOf(all.value, ({ mark }) => [mark.problem, mark.problem_zh]),
    models: choicesOf(all.value, ({ mark }) => [mark.model, mark.model_zh]),
    levels: choicesOf(all.value, ({ mark }) => [String(mark.level), `${levelWord(mark.level).short}级`]),
  }))
  const icons = shallowRef<MarkIcons | null>(null)

  watch([() => live.alertNews, map.minute], () => {
    clearTimeout(waiting)
    waiting = setTimeout(() => (news.value += 1), PATIENCE_MS)
  })
  watch(map.city, (city) => {
    icons.value = city && new MarkIcons(city, select)
  })
  watch([icons, found, isShown], () => icons.value?.show(isShown.value ? iconsOf(found.value) : []))

  function select(object: { layer: string; number: number }): void {
    map.city.value?.select(object)
    map.selected.value = object
  }

  /** The archive kind of a layer's objects: what stands for a unit on the map is its substation. */
  function kindOf(layer: string): string {
    return map.manifest.value?.layers.find(({ key }) => key === layer)?.kind ?? ''
  }

  function clear(): void {
    kind.value = problem.value = model.value = ''
    level.value = 0
    for (const { key } of asked.data.value?.sorts ?? []) sorts.add(key)
  }

  return { asked, isShown, sorts, kind, problem, model, level, all, found, choices, kindOf, clear }
}

export type MarksState = ReturnType<typeof useMarks>
