/** Addresses of diagnosis: what the readings mean, the models behind it, guidance, rooms and service. */
import type { RouteRecordRaw } from 'vue-router'

const view = 'diagnosis.view'

export const diagnosisRoutes: RouteRecordRaw[] = [
  { path: '/diagnosis', name: 'diagnosis', component: () => import('@/contexts/diagnosis/pages/OverviewPage.vue'), meta: { title: '诊断总览', permission: view } },
  { path: '/diagnosis/service', name: 'service-quality', component: () => import('@/contexts/diagnosis/pages/ServicePage.vue'), meta: { title: '供热服务质量', permission: view } },
  {
    path: '/diagnosis/service/:level(city|district|company|plant|branch|boiler|substation|community|building)/:number(\\d+)',
    name: 'service-object',
    component: () => import('@/contexts/diagnosis/pages/ServiceObjectPage.vue'),
    props: ({ params }) => ({ level: String(params.level), number: Number(params.number) }),
    meta: { title: '服务质量', permission: view },
  },
  { path: '/diagnosis/rooms', name: 'room-list', component: () => import('@/contexts/diagnosis/pages/RoomsPage.vue'), meta: { title: '室温诊断', permission: view } },
  {
    path: '/diagnosis/rooms/:number(\\d+)',
    name: 'room',
    component: () => import('@/contexts/diagnosis/pages/RoomPage.vue'),
    props: ({ params }) => ({ number: Number(params.number) }),
    meta: { title: '室温测点', permission: view },
  },
  { path: '/diagnosis/portraits', name: 'portrait-list', component: () => import('@/contexts/diagnosis/pages/PortraitsPage.vue'), meta: { title: '热用户画像', permission: view } },
  {
    path: '/diagnosis/portraits/:user(\\d+)',
    name: 'portrait',
    component: () => import('@/contexts/diagnosis/pages/PortraitPage.vue'),
    props: ({ params }) => ({ user: Number(params.user) }),
    meta: { title: '热用户画像', permission: view },
  },
  { path: '/diagnosis/special-users', name: 'special-users', component: () => import('@/contexts/diagnosis/pages/SpecialUsersPage.vue'), meta: { title: '边顶角户', permission: view } },
  { path: '/diagnosis/demands', name: 'demand-list', component: () => import('@/contexts/diagnosis/pages/DemandsPage.vue'), meta: { title: '质量督导', permission: view } },
  { path: '/diagnosis/visits', name: 'visit-list', component: () => import('@/contexts/diagnosis/pages/VisitsPage.vue'), meta: { title: '用户回访', permission: 'complaints.view' } },
  { path: '/diagnosis/forecast', name: 'forecast', component: () => import('@/contexts/diagnosis/pages/ForecastPage.vue'), meta: { title: '天气预报', permission: view } },
  { path: '/diagnosis/scenarios', name: 'scenario-list', component: () => import('@/contexts/diagnosis/pages/ScenariosPage.vue'), meta: { title: '寒潮推演', permission: view } },
  { path: '/diagnosis/scenarios/compare', name: 'scenario-compare', component: () => import('@/contexts/diagnosis/pages/ScenarioComparePage.vue'), meta: { title: '寒潮情景比较', permission: view } },
  {
    path: '/diagnosis/scenarios/:id(\\d+)',
    name: 'scenario',
    component: () => import('@/contexts/diagnosis/pages/ScenarioPage.vue'),
    props: ({ params }) => ({ id: Number(params.id) }),
    meta: { title: '寒潮推演', permission: view },
  },
]
