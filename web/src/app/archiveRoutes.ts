/** Addresses of the archive's upkeep: checks, links in doubt, changes that are asked for. */
import type { RouteRecordRaw } from 'vue-router'

export const archiveRoutes: RouteRecordRaw[] = [
  { path: '/archive/checks', redirect: '/quality/records' },
  { path: '/archive/matching', name: 'matching', component: () => import('@/contexts/assets/pages/MatchingPage.vue'), meta: { title: '关联匹配', permission: 'assets.view' } },
  { path: '/archive/changes', name: 'changes', component: () => import('@/contexts/assets/pages/ChangesPage.vue'), meta: { title: '变更审批', permission: 'assets.view' } },
  { path: '/archive/import', name: 'archive-import', component: () => import('@/contexts/assets/pages/ImportPage.vue'), meta: { title: '批量导入', permission: 'assets.edit' } },
  { path: '/archive/coordinates', name: 'coordinates', component: () => import('@/contexts/assets/pages/CoordinatesPage.vue'), meta: { title: '坐标转换', permission: 'assets.import' } },
  { path: '/archive/secrecy', name: 'secrecy', component: () => import('@/contexts/assets/pages/SecrecyPage.vue'), meta: { title: '密级设置', permission: 'secrecy.configure' } },
]
