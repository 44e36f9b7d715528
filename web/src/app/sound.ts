/** The tone of a new alert: made with WebAudio, so nothing is downloaded and nothing plays before the first click. */
import { ref } from 'vue'

const KEY = 'cleanheat.muted'
export const isMuted = ref(localStorage.getItem(KEY) === '1')
let context: AudioContext | null = null

export function setMuted(muted: boolean): void {
  isMuted.value = muted
  localStorage.setItem(KEY, muted ? '1' : '0')
}

/** Browsers allow sound only after a gesture: open the audio context at the first one. */
export function unlockSound(): void {
  const unlock = (): void => {
    context ??= new AudioContext()
    void context.resume()
  }
  window.addEventListener('pointerdown', unlock, { once: true })
  window.addEventListener('keydown', unlock, { once: true })
}

/** Notes (Hz) of a level: the worse, the higher and the more. */
export function notesOf(level: number): number[] {
  if (level <= 1) return [988, 740, 988, 740]
  if (level === 2) return [880, 660, 880]
  return level === 3 ? [740, 587] : [587]
}

const NOTE_S = 0.16

export function ring(level: number): void {
  if (isMuted.value || context?.state !== 'running') return
  notesOf(level).forEach((frequency, i) => {
    if (!context) return
    const at = context.currentTime + i * NOTE_S
    const oscillator = new OscillatorNode(context, { frequency, type: 'triangle' })
    const gain = new GainNode(context, { gain: 0 })
    gain.gain.setValueAtTime(0, at)
    gain.gain.linearRampToValueAtTime(0.18, at + 0.02)
    gain.gain.exponentialRampToValueAtTime(0.001, at + NOTE_S)
    oscillator.connect(gain).connect(context.destination)
    oscillator.start(at)
    oscillator.stop(at + NOTE_S)
  })
}
