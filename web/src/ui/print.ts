/** Prints one element of the page instead of all of it (see the `.printing` rules in base.css). */

export function printOnly(element: HTMLElement): void {
  const root = document.documentElement
  root.classList.add('prints-one')
  element.classList.add('printing')
  window.print()
  element.classList.remove('printing')
  root.classList.remove('prints-one')
}
