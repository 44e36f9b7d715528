/** Words on devices: one element a tag, moved with the camera, hidden where it would cover a weightier one. */
import { visibleTags, type Placed } from './tagPlaces'
import type { Vec3 } from '../declaration'

export interface Tag {
  id: number
  at: Vec3
  title: string
  lines: readonly string[]
  /** Class that colours it: `running`, `stopped`, `level1` …, `caption`. */
  tone: string
  weight: number
}

interface Shown {
  tag: Tag
  element: HTMLElement
  width: number
  height: number
}

export class TagLayer {
  private readonly shown = new Map<number, Shown>()

  constructor(private readonly host: HTMLElement) {}

  /** Texts are touched only where they changed. */
  set(tags: readonly Tag[]): void {
    const wanted = new Set(tags.map(({ id }) => id))
    for (const [id, { element }] of this.shown) {
      if (wanted.has(id)) continue
      element.remove()
      this.shown.delete(id)
    }
    for (const tag of tags) this.update(tag)
  }

  private update(tag: Tag): void {
    const known = this.shown.get(tag.id)
    if (known && known.tag.title === tag.title && known.tag.tone === tag.tone && known.tag.lines.join() === tag.lines.join()) {
      known.tag = tag
      return
    }
    const element = known?.element ?? document.createElement('div')
    element.className = `scene-tag ${tag.tone}`
    element.dataset.id = String(tag.id)
    const title = document.createElement('b')
    title.textContent = tag.title
    element.replaceChildren(title, ...tag.lines.map((line) => Object.assign(document.createElement('span'), { textContent: line })))
    if (!known) this.host.append(element)
    this.shown.set(tag.id, { tag, element, width: element.offsetWidth, height: element.offsetHeight })
  }

  /** Puts every tag above its place; `project` gives pixels, or null behind the camera. */
  place(project: (at: Vec3) => readonly [number, number] | null): void {
    const { clientWidth, clientHeight } = this.host
    const places: Placed[] = []
    for (const [id, { tag, width, height }] of this.shown) {
      const at = project(tag.at)
      if (at) places.push({ id, x: Math.round(at[0] - width / 2), y: Math.round(at[1] - height - 6), width, height, weight: tag.weight })
    }
    const visible = visibleTags(places, clientWidth, clientHeight)
    for (const [id, { element }] of this.shown) element.style.visibility = visible.has(id) ? 'visible' : 'hidden'
    for (const { id, x, y } of places) if (visible.has(id)) this.shown.get(id)!.element.style.transform = `translate(${x}px, ${y}px)`
  }
}
