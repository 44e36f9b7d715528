/** The one WebSocket to the platform: keeps it open, hands binary frames and JSON news to whoever listens. */

export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'closed'

/** Close codes by which the server says that this session may not listen (any more): coming back would not help. */
const SIGNED_OUT = 4401
const SCOPE_CHANGED = 4403

export interface LiveEvent {
  type: string
  [field: string]: unknown
}

type FrameListener = (frame: ArrayBuffer) => void
type EventListener = (event: LiveEvent) => void
type StateListener = (state: LiveState) => void

const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 15_000

/** Waiting time before attempt `n` (0-based): doubles up to 15 s, spread so that a city of screens does not return at once. */
export function retryDelayMs(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt)
  return full / 2 + (full / 2) * random()
}

/** The event in a text message; `null` if it is none (a newer server may say what we do not know). */
export function parseEvent(text: string): LiveEvent | null {
  try {
    const message: unknown = JSON.parse(text)
    if (typeof message === 'object' && message !== null && 'type' in message && typeof message.type === 'string') {
      return { ...message, type: message.type }
    }
  } catch {
    // Not JSON: nothing we can use.
  }
  return null
}

function add<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export class LiveSocket {
  private socket: WebSocket | null = null
  private attempt = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly frames = new Set<FrameListener>()
  private readonly events = new Set<EventListener>()
  private readonly states = new Set<StateListener>()
  private readonly refusals = new Set<() => void>()
  private current: LiveState = 'closed'

  constructor(
    private readonly url: () => string,
    private readonly make: (url: string) => WebSocket = (url) => new WebSocket(url),
  ) {}

  get state(): LiveState {
    return this.current
  }

  /** Each returns the function that stops listening. */
  onFrame = (listener: FrameListener) => add(this.frames, listener)
  onEvent = (listener: EventListener) => add(this.events, listener)
  onState = (listener: StateListener) => add(this.states, listener)
  /** The session ended, or what it may see has changed. */
  onRefused = (listener: () => void) => add(this.refusals, listener)

  open(): void {
    if (this.socket) return
    clearTimeout(this.timer)
    this.enter(this.attempt === 0 ? 'connecting' : 'reconnecting')
    const socket = this.make(this.url())
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => {
      this.attempt = 0
      this.enter('live')
    }
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => this.deliver(data)
    socket.onclose = ({ code }: CloseEvent) => this.lost(socket, code)
    this.socket = socket
  }

  /** Says something to the server; dropped while not connected, because every view re-asks on `live`. */
  send(message: object): void {
    if (this.current === 'live') this.socket?.send(JSON.stringify(message))
  }

  close(): void {
    clearTimeout(this.timer)
    const socket = this.socket
    this.socket = null
    this.attempt = 0
    socket?.close()
    this.enter('closed')
  }

  private deliver(data: ArrayBuffer | string): void {
    if (typeof data !== 'string') {
      this.frames.forEach((listener) => listener(data))
      return
    }
    const event = parseEvent(data)
    if (event) this.events.forEach((listener) => listener(event))
  }

  private lost(socket: WebSocket, code: number): void {
    if (socket !== this.socket) return // closed by us, or already replaced
    this.socket = null
    if (code === SIGNED_OUT || code === SCOPE_CHANGED) {
      this.enter('closed')
      this.refusals.forEach((listener) => listener())
      return
    }
    this.enter('reconnecting')
    this.timer = setTimeout(() => this.open(), retryDelayMs(this.attempt))
    this.attempt += 1
  }

  private enter(state: LiveState): void {
    if (state === this.current) return
    this.current = state
    this.states.forEach((listener) => listener(state))
  }
}

function liveUrl(): string {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  return `${scheme}://${location.host}/ws/live`
}

/** The page's socket, shared by map, lists and bell. */
export const liveSocket = new LiveSocket(liveUrl)
