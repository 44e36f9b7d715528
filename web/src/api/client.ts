/** How the pages ask the server: one typed client, errors thrown as `Problem`. */
import createClient, { type Middleware } from 'openapi-fetch'
import { Problem, problemFrom } from './problem'
import type { paths } from './schema'

const CSRF_COOKIE = 'csrftoken'

export function cookie(name: string, source: string = document.cookie): string {
  const found = source.split('; ').find((pair) => pair.startsWith(`${name}=`))
  return found ? decodeURIComponent(found.slice(name.length + 1)) : ''
}

type Listener = () => void
const signedOutListeners = new Set<Listener>()

/** Called whenever the server answers 401: the session ended. */
export function onSignedOut(listener: Listener): void {
  signedOutListeners.add(listener)
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const edge: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set('X-CSRFToken', cookie(CSRF_COOKIE))
    return request
  },
  async onResponse({ response }) {
    if (response.ok) return undefined
    if (response.status === 401) signedOutListeners.forEach((listener) => listener())
    throw problemFrom(response.status, await bodyOf(response))
  },
  onError({ error }) {
    if (error instanceof Problem) return error
    if (error instanceof DOMException && error.name === 'AbortError') return error
    return new Problem(0, 'unreachable', '无法连接服务器', '请检查网络后重试')
  },
}

export const api = createClient<paths>({ baseUrl: '/', credentials: 'same-origin' })
api.use(edge)

/** The body of an answer that the middleware has already found good. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer
  return data as T
}
