/** Pages of overviews: the city, its kinds, the way down, one home. */
import type { RouteRecordRaw } from 'vue-router'
import { FOCUS_KINDS, FOCUS_PATHS } from '@/contexts/overview/focus'
import { kindWord } from '@/kernel/kinds'

const permission = 'alerts.view'

export const overviewRoutes: RouteRecordRaw[] = [
  { path: '/overview', name: 'city-overview', component: () => import('@/contexts/overview/pages/CityPage.vue'), meta: { title: '城市总览', permission } },
  ...FOCUS_KINDS.map((kind) => ({
    path: FOCUS_PATHS[kind],
    name: `${kind}-overview`,
    component: () => import('@/contexts/overview/pages/FocusPage.vue'),
    props: { kind },
    meta: { title: `${kindWord(kind)}总览`, permission },
  })),
  {
    path: '/overview/users/:number(\\d+)',
    name: 'heat-user',
    component: () => import('@/contexts/overview/pages/UserPage.vue'),
    props: ({ params }) => ({ number: Number(params.number) }),
    meta: { title: '热用户', permission },
  },
  {
    path: '/overview/way/:kind(company|plant|branch|boiler|substation|community|building)?/:number(\\d+)?',
    name: 'way',
    component: () => import('@/contexts/overview/pages/WayPage.vue'),
    props: ({ params }) => ({ kind: String(params.kind || 'city'), number: Number(params.number || 0) }),
    meta: { title: '逐级下钻', permission },
  },
]
