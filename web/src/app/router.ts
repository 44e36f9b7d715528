/** Which address shows which page. */
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    /** Shown without the shell. */
    bare?: boolean
    /** Reachable without a session. */
    open?: boolean
    /** The page fills the frame and scrolls by itself (the map). */
    full?: boolean
  }
}

// The map is a package of its own; glob keeps the build whole while it is absent.
const mapPages = import.meta.glob('../contexts/twin/pages/MapPage.vue')
const MapPage = mapPages['../contexts/twin/pages/MapPage.vue'] ?? (() => import('./shell/NotFoundPage.vue'))

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'map', component: MapPage, meta: { title: '一张图', full: true } },
  { path: '/:rest(.*)*', name: 'not-found', component: () => import('./shell/NotFoundPage.vue'), meta: { title: '页面不存在' } },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})
