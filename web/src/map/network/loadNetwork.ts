/** The network as buffers, fetched and expanded in a worker. */
import { Problem, problemFrom } from '@/api/problem'
import type { LoadedNetwork, LoadRequest, WorkerNews } from './messages'

export interface LoadOptions {
  progress?: (loaded: number, total: number) => void
  signal?: AbortSignal
}

export function loadNetwork(request: LoadRequest, { progress, signal }: LoadOptions = {}): Promise<LoadedNetwork> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./networkWorker.ts', import.meta.url), { type: 'module' })
    const end = (settle: () => void): void => {
      worker.terminate()
      settle()
    }
    signal?.addEventListener('abort', () => end(() => reject(new DOMException('left the page', 'AbortError'))))
    worker.onerror = (event) => end(() => reject(new Problem(0, 'network-file', '管网数据无法读取', event.message)))
    worker.onmessage = ({ data }: MessageEvent<WorkerNews>) => {
      if (data.type === 'progress') progress?.(data.loaded, data.total)
      else if (data.type === 'loaded') end(() => resolve(data.network))
      else if (data.status > 0) end(() => reject(problemFrom(data.status, null)))
      else end(() => reject(new Problem(0, 'network-file', '管网数据无法读取', data.message)))
    }
    worker.postMessage(request)
  })
}
