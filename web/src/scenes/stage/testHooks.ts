/** What an end-to-end test and the bench may ask of the scene from outside: `window.__scene`.  Nothing else uses it. */
import type { Stage } from './stage'

declare global {
  interface Window {
    __scene?: Pick<Stage, 'figures' | 'measure' | 'pick'>
  }
}

export function installTestHooks(stage: Stage): () => void {
  window.__scene = stage
  return () => delete window.__scene
}
