/** Starts the front end: styles, store, router, page. */
import '@fontsource/noto-sans-sc/400.css'
import '@fontsource/noto-sans-sc/600.css'
import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import './theme/base.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { router } from './router'
import { applyTheme, fromPaper, toPaper } from './theme/useTheme'

applyTheme()
addEventListener('beforeprint', toPaper)
addEventListener('afterprint', fromPaper)
createApp(App).use(createPinia()).use(router).mount('#app')
