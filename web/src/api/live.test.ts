import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LiveSocket, parseEvent, retryDelayMs, type LiveState } from './live'

class FakeSocket {
  static made: FakeSocket[] = []
  binaryType = ''
  sent: string[] = []
  onopen: (() => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null

  constructor() {
    FakeSocket.made.push(this)
  }

  send(text: string): void {
    this.sent.push(text)
  }

  close(code = 1006): void {
    this.onclose?.({ code })
  }
}

function connected(): { live: LiveSocket; states: LiveState[] } {
  const live = new LiveSocket(() => 'ws://city/ws/live', () => new FakeSocket() as unknown as WebSocket)
  const states: LiveState[] = []
  live.onState((state) => states.push(state))
  live.open()
  FakeSocket.made.at(-1)?.onopen?.()
  return { live, states }
}

beforeEach(() => {
  FakeSocket.made = []
  vi.useFakeTimers()
})
afterEach(() => vi.useRealTimers())

it('hands frames and events to their own listeners', () => {
  const { live } = connected()
  const frames: ArrayBuffer[] = []
  const events: string[] = []
  live.onFrame((frame) => frames.push(frame))
  live.onEvent((event) => events.push(event.type))
  FakeSocket.made[0]?.onmessage?.({ data: new ArrayBuffer(8) })
  FakeSocket.made[0]?.onmessage?.({ data: '{"type":"minute"}' })
  FakeSocket.made[0]?.onmessage?.({ data: 'not json' })
  expect(frames).toHaveLength(1)
  expect(events).toEqual(['minute'])
})

it('comes back by itself after a loss', () => {
  const { states } = connected()
  FakeSocket.made[0]?.close()
  vi.advanceTimersByTime(1_000)
  FakeSocket.made[1]?.onopen?.()
  expect(states).toEqual(['connecting', 'live', 'reconnecting', 'live'])
})

it('stays closed once closed on purpose', () => {
  const { live, states } = connected()
  live.close()
  vi.advanceTimersByTime(60_000)
  expect(FakeSocket.made).toHaveLength(1)
  expect(states.at(-1)).toBe('closed')
})

it.each([4401, 4403])('does not come back when the server refuses the session (%i)', (code) => {
  const { live } = connected()
  const refused = vi.fn()
  live.onRefused(refused)
  FakeSocket.made[0]?.close(code)
  vi.advanceTimersByTime(60_000)
  expect(refused).toHaveBeenCalledOnce()
  expect(FakeSocket.made).toHaveLength(1)
})

it('stops calling a listener that left', () => {
  const { live } = connected()
  const heard = vi.fn()
  const leave = live.onEvent(heard)
  leave()
  FakeSocket.made[0]?.onmessage?.({ data: '{"type":"minute"}' })
  expect(heard).not.toHaveBeenCalled()
})

it('waits longer after each failure, never above the ceiling', () => {
  const delays = [0, 1, 2, 10].map((attempt) => retryDelayMs(attempt, () => 1))
  expect(delays).toEqual([500, 1_000, 2_000, 15_000])
})

it.each(['[1]', '{"kind":"x"}', 'null', ''])('parseEvent refuses %s', (text) => {
  expect(parseEvent(text)).toBeNull()
})
