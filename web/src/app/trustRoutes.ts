/** Addresses of scores, the catalogue and complaints: how far data can be trusted, and what data there are. */
import type { RouteRecordRaw } from 'vue-router'
import { useSession } from '@/contexts/accounts/session'

/** Organisations that send data start at their own page. */
const SENDERS = new Set(['company', 'plant_operator', 'rural_platform', 'weather_service'])

const evaluation = 'evaluation.view'
const catalogue = 'catalogue.view'
const complaints = 'complaints.view'

export const trustRoutes: RouteRecordRaw[] = [
  {
    path: '/governance',
    name: 'governance',
    component: () => import('@/contexts/evaluation/pages/GovernancePage.vue'),
    meta: { title: '治理总览', permission: 'governance.view' },
    beforeEnter: () => {
      const own = useSession().me?.organisation
      return own && SENDERS.has(own.kind) ? { path: `/evaluation/companies/${own.id}`, replace: true } : true
    },
  },
  { path: '/evaluation', name: 'evaluation', component: () => import('@/contexts/evaluation/pages/ScorePage.vue'), meta: { title: '数据质量评分', permission: evaluation } },
  {
    path: '/evaluation/companies/:number(\\d+)',
    name: 'company-quality',
    component: () => import('@/contexts/evaluation/pages/CompanyPage.vue'),
    props: ({ params }) => ({ number: Number(params.number) }),
    meta: { title: '企业数据质量', permission: evaluation },
  },
  { path: '/evaluation/weights', name: 'weights', component: () => import('@/contexts/evaluation/pages/WeightsPage.vue'), meta: { title: '权重与改进', permission: evaluation } },
  { path: '/evaluation/samples', name: 'samples', component: () => import('@/contexts/evaluation/pages/SamplesPage.vue'), meta: { title: '抽样核验', permission: evaluation } },
  { path: '/evaluation/reports', name: 'report-list', component: () => import('@/contexts/evaluation/pages/ReportsPage.vue'), meta: { title: '评价报告', permission: evaluation } },
  {
    path: '/evaluation/reports/:id(\\d+)',
    name: 'report',
    component: () => import('@/contexts/evaluation/pages/ReportPage.vue'),
    props: ({ params }) => ({ id: Number(params.id) }),
    meta: { title: '评价报告', permission: evaluation },
  },
  { path: '/evaluation/life-cycle', name: 'life-cycle', component: () => import('@/contexts/evaluation/pages/LifeCyclePage.vue'), meta: { title: '数据生命周期', permission: evaluation } },
  { path: '/catalogue', name: 'catalogue', component: () => import('@/contexts/catalogue/pages/CataloguePage.vue'), meta: { title: '数据资源目录', permission: catalogue } },
  {
    path: '/catalogue/resources/:resourceKey',
    name: 'catalogue-resource',
    component: () => import('@/contexts/catalogue/pages/CataloguePage.vue'),
    props: true,
    meta: { title: '数据资源', permission: catalogue },
  },
  {
    path: '/catalogue/lineage/:node(.*)?',
    name: 'lineage',
    component: () => import('@/contexts/catalogue/pages/LineagePage.vue'),
    props: true,
    meta: { title: '数据血缘', permission: catalogue },
  },
  { path: '/catalogue/shares', name: 'shares', component: () => import('@/contexts/catalogue/pages/SharesPage.vue'), meta: { title: '共享协议', permission: 'catalogue.edit' } },
  { path: '/catalogue/compliance', name: 'duties', component: () => import('@/contexts/catalogue/pages/CompliancePage.vue'), meta: { title: '合规义务', permission: 'catalogue.edit' } },
  { path: '/complaints', name: 'complaint-list', component: () => import('@/contexts/complaints/pages/ComplaintsPage.vue'), meta: { title: '投诉记录', permission: complaints } },
  { path: '/complaints/validity', name: 'complaint-validity', component: () => import('@/contexts/complaints/pages/ValidityPage.vue'), meta: { title: '投诉有效性', permission: complaints } },
  { path: '/complaints/imports', name: 'complaint-imports', component: () => import('@/contexts/complaints/pages/ImportsPage.vue'), meta: { title: '导入记录', permission: complaints } },
]
