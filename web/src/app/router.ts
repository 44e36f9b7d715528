/** Which address shows which page, and who may go there. */
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { onSignedOut } from '@/api/client'
import { liveSocket } from '@/api/live'
import { kindWord } from '@/kernel/kinds'
import { useSession } from '@/contexts/accounts/session'
import { archiveRoutes } from './archiveRoutes'
import { diagnosisRoutes } from './diagnosisRoutes'
import { overviewRoutes } from './overviewRoutes'
import { trustRoutes } from './trustRoutes'

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    /** Shown without the shell. */
    bare?: boolean
    /** Reachable without a session. */
    open?: boolean
    /** The page fills the frame and scrolls by itself (the map). */
    full?: boolean
    permission?: string
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'map', component: () => import('@/contexts/twin/pages/MapPage.vue'), meta: { title: '供热一张图', full: true } },
  {
    path: '/twin/scene/:kind(substation|boiler|device)/:number(\\d+)',
    name: 'scene',
    component: () => import('@/contexts/twin/pages/ScenePage.vue'),
    props: ({ params }) => ({ kind: String(params.kind), number: Number(params.number), standard: '' }),
    meta: { title: '三维工艺', full: true, permission: 'assets.view' },
  },
  {
    path: '/twin/scenes',
    name: 'scene-gallery',
    component: () => import('@/contexts/twin/pages/SceneGalleryPage.vue'),
    meta: { title: '标准工艺场景库', permission: 'assets.view' },
  },
  {
    path: '/twin/scenes/:standard',
    name: 'standard-scene',
    component: () => import('@/contexts/twin/pages/ScenePage.vue'),
    props: ({ params }) => ({ kind: '', number: 0, standard: String(params.standard) }),
    meta: { title: '标准工艺场景', full: true, permission: 'assets.view' },
  },
  {
    path: '/login',
    name: 'login',
    component: () => import('@/contexts/accounts/pages/LoginPage.vue'),
    meta: { title: '登录', bare: true, open: true },
  },
  {
    path: '/access-keys',
    name: 'access-keys',
    component: () => import('@/contexts/accounts/pages/AccessKeysPage.vue'),
    meta: { title: '访问密钥', permission: 'twin.gis' },
  },
  {
    path: '/screens/:screenKey?',
    name: 'screen',
    component: () => import('@/contexts/screens/pages/ScreenPage.vue'),
    props: true,
    meta: { title: '运行总览', permission: 'screens.view' },
  },
  ...(['boiler', 'substation'] as const).map((kind) => ({
    path: kind === 'boiler' ? '/boilers' : '/substations',
    name: `${kind}-list`,
    component: () => import('@/contexts/assets/pages/ObjectListPage.vue'),
    props: { kind },
    meta: { title: kindWord(kind), permission: 'telemetry.view' },
  })),
  {
    path: '/objects/:kind/:number(\\d+)',
    name: 'object',
    component: () => import('@/contexts/assets/pages/ObjectPage.vue'),
    props: ({ params }) => ({ kind: String(params.kind), number: Number(params.number) }),
    meta: { title: '对象', permission: 'assets.view' },
  },
  {
    path: '/alerts',
    name: 'alert-list',
    component: () => import('@/contexts/alerts/pages/AlertListPage.vue'),
    meta: { title: '告警', permission: 'alerts.view' },
  },
  {
    path: '/alerts/:id(\\d+)',
    name: 'alert',
    component: () => import('@/contexts/alerts/pages/AlertPage.vue'),
    props: ({ params }) => ({ id: Number(params.id) }),
    meta: { title: '告警', permission: 'alerts.view' },
  },
  {
    path: '/archives/:resourceKey?',
    name: 'archive',
    component: () => import('@/contexts/assets/pages/ArchivePage.vue'),
    props: true,
    meta: { title: '档案', permission: 'assets.view' },
  },
  {
    path: '/quality/board',
    name: 'quality-board',
    component: () => import('@/contexts/governance/pages/BoardPage.vue'),
    meta: { title: '实时告警板', permission: 'alerts.view' },
  },
  {
    path: '/quality/uploads',
    name: 'uploads',
    component: () => import('@/contexts/quality/pages/UploadPage.vue'),
    meta: { title: '上传监管', permission: 'quality.view' },
  },
  {
    path: '/orders',
    name: 'supervision-list',
    component: () => import('@/contexts/orders/pages/OrderListPage.vue'),
    props: { business: 'orders.supervision' },
    meta: { title: '督办单', permission: 'orders.view' },
  },
  {
    path: '/orders/:id(\\d+)',
    name: 'supervision',
    component: () => import('@/contexts/orders/pages/OrderPage.vue'),
    props: ({ params }) => ({ id: Number(params.id) }),
    meta: { title: '督办单', permission: 'orders.view' },
  },
  {
    path: '/governance/orders',
    name: 'order-list',
    component: () => import('@/contexts/orders/pages/OrderListPage.vue'),
    props: { business: 'governance.order' },
    meta: { title: '治理工单', permission: 'governance.view' },
  },
  {
    path: '/governance/orders/:id(\\d+)',
    name: 'order',
    component: () => import('@/contexts/orders/pages/OrderPage.vue'),
    props: ({ params }) => ({ id: Number(params.id) }),
    meta: { title: '治理工单', permission: 'governance.view' },
  },
  ...Object.entries({ trainings: ['governance.training', '培训记录'], compliance: ['governance.policy', '合规台账'], raising: ['orders.rule', '工单生成规则'] } as const).map(
    ([path, [resourceKey, title]]) => ({
      path: `/governance/${path}`,
      name: path,
      component: () => import('@/contexts/governance/pages/KeptRecordPage.vue'),
      props: { resourceKey },
      meta: { title, permission: 'governance.view' },
    }),
  ),
  {
    path: '/status',
    name: 'status',
    component: () => import('@/contexts/pipeline/pages/StatusPage.vue'),
    meta: { title: '接入状态', permission: 'telemetry.view' },
  },
  {
    path: '/quality/rules',
    name: 'rule-list',
    component: () => import('@/contexts/quality/pages/RuleListPage.vue'),
    meta: { title: '规则库', permission: 'quality.view' },
  },
  {
    path: '/quality/rules/new',
    name: 'rule-new',
    component: () => import('@/contexts/quality/pages/RuleEditPage.vue'),
    props: { number: null },
    meta: { title: '新建规则', permission: 'quality.edit' },
  },
  {
    path: '/quality/rules/:number(\\d+)',
    name: 'rule',
    component: () => import('@/contexts/quality/pages/RulePage.vue'),
    props: ({ params }) => ({ number: Number(params.number) }),
    meta: { title: '规则', permission: 'quality.view' },
  },
  {
    path: '/quality/rules/:number(\\d+)/edit',
    name: 'rule-edit',
    component: () => import('@/contexts/quality/pages/RuleEditPage.vue'),
    props: ({ params }) => ({ number: Number(params.number) }),
    meta: { title: '修改规则', permission: 'quality.view' },
  },
  {
    path: '/quality/records',
    name: 'record-checks',
    component: () => import('@/contexts/quality/pages/RecordCheckPage.vue'),
    meta: { title: '数据核查', permission: 'quality.view' },
  },
  ...archiveRoutes,
  ...overviewRoutes,
  ...diagnosisRoutes,
  ...trustRoutes,
  { path: '/403', name: 'forbidden', component: () => import('./shell/ForbiddenPage.vue'), meta: { title: '无权访问' } },
  { path: '/:rest(.*)*', name: 'not-found', component: () => import('./shell/NotFoundPage.vue'), meta: { title: '页面不存在' } },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

router.beforeEach(async (to) => {
  const session = useSession()
  if (!session.isLoaded) {
    try {
      await session.load()
    } catch {
      // The server is away: the sign-in page is the one place that can say so.
      if (!to.meta.open) return { name: 'login', query: { to: to.fullPath } }
    }
  }
  if (!session.isSignedIn && !to.meta.open) return { name: 'login', query: { to: to.fullPath } }
  if (session.isSignedIn && to.name === 'login') return { name: 'map' }
  if (!session.may(to.meta.permission)) return { name: 'forbidden' }
  return true
})

router.afterEach((to) => {
  document.title = to.meta.title ? `${to.meta.title} · 清洁供暖调度指挥平台` : '清洁供暖调度指挥平台'
})

// The scope changed or the session ended: start over with what the session may see now.
liveSocket.onRefused(() => location.reload())

onSignedOut(() => {
  const session = useSession()
  if (!session.isSignedIn) return // not signed in yet: the guard deals with it
  session.leave()
  void router.push({ name: 'login', query: { to: router.currentRoute.value.fullPath } })
})
