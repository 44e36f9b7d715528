/** Which theme is on, and how it reaches the document. */
import { computed, readonly, ref } from 'vue'
import { SERIES_COLOURS, TOKENS, cssName, type ThemeName } from './tokens'

const KEY = 'cleanheat.theme'
const chosen = (): ThemeName => (localStorage.getItem(KEY) === 'light' ? 'light' : 'dark')
const name = ref<ThemeName>(chosen())

export function applyTheme(theme: ThemeName = name.value): void {
  const root = document.documentElement
  root.classList.toggle('dark', theme === 'dark')
  root.dataset.theme = theme
  for (const [token, value] of Object.entries(TOKENS[theme])) root.style.setProperty(cssName(token), value)
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', TOKENS[theme].bg)
}

/** Paper is white: what is printed speaks in the light theme's colours, whatever is on the screen. */
export function toPaper(): void {
  name.value = 'light'
  applyTheme()
}

export function fromPaper(): void {
  name.value = chosen()
  applyTheme()
}

const tokens = computed(() => TOKENS[name.value])
const series = computed(() => SERIES_COLOURS[name.value])

export function useTheme() {
  function set(theme: ThemeName): void {
    name.value = theme
    localStorage.setItem(KEY, theme)
    applyTheme(theme)
  }
  return {
    name: readonly(name),
    tokens,
    series,
    set,
    toggle: () => set(name.value === 'dark' ? 'light' : 'dark'),
  }
}
