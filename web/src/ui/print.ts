/** Prints the page, or one element of it, in the colours of paper. */
import { fromPaper, toPaper } from '@/app/theme/useTheme'

const frame = (): Promise<number> => new Promise((done) => requestAnimationFrame(done))

/** Charts are drawn anew in colours of paper before the browser takes the page. */
export async function printPage(): Promise<void> {
  toPaper()
  await frame()
  await frame()
  window.print()
  fromPaper()
}

/** One element alone (see the `.printing` rules in base.css). */
export function printOnly(element: HTMLElement): void {
  const root = document.documentElement
  root.classList.add('prints-one')
  element.classList.add('printing')
  window.print()
  element.classList.remove('printing')
  root.classList.remove('prints-one')
}
