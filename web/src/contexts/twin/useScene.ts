/** One scene's data as reactive state: equipment, readings of this minute, open alerts, and what follows for the picture. */
import { computed } from 'vue'
import { useAsk } from '@/api/useAsk'
import { useLive } from '@/app/live'
import { useSession } from '@/contexts/accounts/session'
import { listAlerts } from '@/contexts/alerts/queries'
import { getCard } from '@/contexts/assets/queries'
import { Problem } from '@/api/problem'
import type { EquipmentList } from '@/scenes/declaration'
import { sceneOf } from '@/scenes/layout'
import { pieceStates, readingsOf, runState } from '@/scenes/live'
import { getEquipment, listStandards } from './sceneQueries'

/** Of an object, or of the standard system with a key. */
export function useScene(kind: string, number: number, standard: string) {
  const live = useLive()
  const session = useSession()
  const list = useAsk(() => (standard ? standardOf(standard) : getEquipment(kind, number)))
  const measured = () => list.data.value?.measured ?? []
  const cards = useAsk(() => Promise.all(measured().map((one) => getCard(one.kind, one.number))), { on: [list.data, () => live.minute] })
  const alerts = useAsk(
    async () => {
      if (standard || !session.may('alerts.view')) return []
      const objects = new Map([...measured(), { kind, number }].map((one) => [`${one.kind}/${one.number}`, one]))
      const pages = await Promise.all([...objects.values()].map((one) => listAlerts({ is_open: true, ...one, size: 20 })))
      return pages.flatMap(({ rows }) => rows)
    },
    { on: [list.data, () => live.alertNews] },
  )

  const scene = computed(() => (list.data.value ? sceneOf(list.data.value) : null))
  const readings = computed(() => readingsOf(cards.data.value ?? []))
  const isTraining = standard !== ''
  const states = computed(() => (scene.value ? pieceStates(scene.value, readings.value, alerts.data.value ?? [], isTraining) : new Map()))
  const runs = computed(() => scene.value?.runs.map((run) => runState(run, readings.value, isTraining)) ?? [])
  const readAt = computed(() => Math.max(0, ...[...readings.value.values()].map(({ at }) => at ?? 0)))
  return { list, cards, scene, states, runs, alerts: computed(() => alerts.data.value ?? []), readAt, isTraining }
}

async function standardOf(key: string): Promise<EquipmentList> {
  const found = (await listStandards()).find((one) => one.key === key)
  if (!found) throw new Problem(404, 'not-found', '没有这个标准场景', key)
  return found
}
