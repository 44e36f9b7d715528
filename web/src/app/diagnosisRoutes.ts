/** Addresses of diagnosis: what the readings mean, the models behind it, guidance, rooms and service. */
import type { RouteRecordRaw } from 'vue-router'

const view = 'diagnosis.view'

export const diagnosisRoutes: RouteRecordRaw[] = [
  { path: '/diagnosis', name: 'diagnosis', component: () => import('@/contexts/diagnosis/pages/OverviewPage.vue'), meta: { title: '诊断总览', permission: view } },
]
