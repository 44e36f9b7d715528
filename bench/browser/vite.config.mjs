// Pages that draw the same city by four engines.  Ours is built from the product's own sources.
import { fileURLToPath, URL } from 'node:url'
import { defineConfig } from 'vite'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: here('.'),
  // One map engine for all pages, the product's.
  resolve: {
    alias: { '@': here('../../web/src'), 'maplibre-gl': here('../../web/node_modules/maplibre-gl'), fflate: here('../../web/node_modules/fflate') },
  },
  worker: { format: 'es' },
  build: {
    outDir: here('../../build/bench-browser'),
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 3_000,
    rolldownOptions: { input: ['ours', 'maplibre', 'deck', 'cesium'].map((page) => here(`${page}.html`)) },
  },
})
