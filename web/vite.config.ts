/** How the front end is built, served while developing, and unit-tested. */
import { fileURLToPath, URL } from 'node:url'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const BACKEND = process.env.CLEANHEAT_BACKEND ?? 'http://127.0.0.1:8107'

/** Every browser that runs the map (WebGL2) reads woff2: leaving woff out halves the shipped fonts. */
function woff2Only(): Plugin {
  return {
    name: 'woff2-only',
    enforce: 'pre',
    transform(code, id) {
      if (!id.includes('@fontsource') || !id.endsWith('.css')) return null
      return { code: code.replace(/,\s*url\([^)]+\.woff\) format\('woff'\)/g, ''), map: null }
    },
  }
}

const CHUNKS: ReadonlyArray<readonly [string, RegExp]> = [
  ['vue', /node_modules[\\/](@vue|vue|vue-router|pinia)[\\/]/],
  ['charts', /node_modules[\\/](echarts|zrender|vue-echarts)[\\/]/],
  ['three', /node_modules[\\/](three|camera-controls)[\\/]/],
  ['map', /node_modules[\\/](maplibre-gl|@maplibre|earcut|flatbush|pbf)[\\/]/],
]

export default defineConfig({
  plugins: [
    woff2Only(),
    vue(),
    Components({
      dirs: [],
      dts: 'src/components.d.ts',
      resolvers: [ElementPlusResolver({ importStyle: 'css' })],
    }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  optimizeDeps: { exclude: ['maplibre-gl'] },
  worker: { format: 'es' },
  server: {
    host: '127.0.0.1',
    // The host stays the browser's: Django compares it with the origin of each write.
    proxy: {
      '/api': { target: BACKEND, changeOrigin: false },
      '/tiles': { target: BACKEND, changeOrigin: false },
      '/ws': { target: BACKEND, changeOrigin: false, ws: true },
    },
  },
  build: {
    outDir: 'dist',
    target: 'es2022',
    // Fonts stay files: an inlined one would be paid for by everybody, needed or not.
    assetsInlineLimit: (file) => (file.endsWith('.woff2') ? false : undefined),
    // The map engine and the charts are lazy chunks of their own and are known to be large.
    chunkSizeWarningLimit: 1_400,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // The first group takes what several need: else Vue would sit in the lazy charts chunk.
          groups: CHUNKS.map(([name, test], i) => ({ name, test, priority: CHUNKS.length - i })),
        },
      },
    },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    restoreMocks: true,
  },
})
