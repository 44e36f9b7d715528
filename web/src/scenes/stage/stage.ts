/** The scene in three dimensions: built once from its declaration, then told states; drawn only when something moves. */
import CameraControls from 'camera-controls'
import {
  ACESFilmicToneMapping, Box3, Color, DirectionalLight, Fog, GridHelper, HemisphereLight, Matrix4, Mesh as ThreeMesh, MeshLambertMaterial, PCFShadowMap,
  PerspectiveCamera, PMREMGenerator, Quaternion, Ray, Raycaster, Scene, Sphere, Spherical, Vector2, Vector3, Vector4, WebGLRenderer,
} from 'three'
import type { Piece, SceneDeclaration, Vec3 } from '../declaration'
import { placed } from '../ports'
import { addPiece, rotorsOf } from '../kit'
import { Mesh } from '../kit/mesh'
import type { PieceState, RunState } from '../live'
import { geometryOf } from './geometry'
import { painted, StateTable, type Clocked } from './materials'
import type { Quality } from './quality'
import { House } from './shell'
import { TagLayer, type Tag } from './tags'

CameraControls.install({ THREE: { Vector2, Vector3, Vector4, Quaternion, Matrix4, Spherical, Box3, Sphere, Raycaster } })

const SKY = { dark: '#0b1a2c', light: '#dfe9f3' } as const
const LEVELS = ['', '#ff2d40', '#ff8a1f', '#ffd21f', '#2f95ff']
/** How much of the height must be in view at first: chimneys may stick out. */
const HOME_HEIGHT = 3.6
const INLINE = new Set(['shutoff_valve', 'control_valve', 'makeup_valve', 'strainer', 'heat_meter', 'flow_meter', 'gauge'])

export interface StageFigures {
  buildMs: number
  firstFrameMs: number
  triangles: number
  calls: number
  tier: number
}

interface Spinner {
  mesh: ThreeMesh
  id: number
  axis: 'x' | 'z'
}

export class Stage {
  readonly figures: StageFigures = { buildMs: 0, firstFrameMs: 0, triangles: 0, calls: 0, tier: 0 }
  onPick: (id: number | null) => void = () => undefined
  onHover: (id: number | null, x: number, y: number) => void = () => undefined

  private readonly renderer: WebGLRenderer
  private readonly scene = new Scene()
  private readonly camera = new PerspectiveCamera(36, 1, 0.1, 260)
  private readonly controls: CameraControls
  private readonly clock: Clocked = { time: { value: 0 } }
  private readonly rows: StateTable
  private readonly runs: StateTable
  private readonly house: House
  private readonly tags: TagLayer
  private readonly boxes: { id: number; box: Box3 }[]
  private readonly spinners: Spinner[] = []
  private readonly observer: ResizeObserver
  private readonly grounds: MeshLambertMaterial[] = []
  private states: ReadonlyMap<number, PieceState> = new Map()
  private selected: number | null = null
  private hovered: number | null = null
  private openTo = 1
  private moves = false
  private waiting = 0
  private timer = 0
  private last = 0
  private pressed: readonly [number, number] = [0, 0]

  constructor(
    private readonly host: HTMLElement,
    tagHost: HTMLElement,
    private readonly declaration: SceneDeclaration,
    private readonly quality: Quality,
    isDark: boolean,
    private readonly isCalm: boolean,
  ) {
    const started = performance.now()
    this.renderer = new WebGLRenderer({ antialias: quality.isSmooth, powerPreference: 'high-performance' })
    this.renderer.setPixelRatio(quality.pixelRatio)
    this.renderer.toneMapping = quality.tier ? ACESFilmicToneMapping : this.renderer.toneMapping
    this.renderer.shadowMap.enabled = quality.hasShadows
    this.renderer.shadowMap.type = PCFShadowMap
    host.append(this.renderer.domElement)
    this.rows = new StateTable(declaration.pieces.length)
    this.runs = new StateTable(declaration.runs.length)
    this.tags = new TagLayer(tagHost)
    this.house = new House(declaration)
    this.scene.add(this.house.group)
    this.buildEquipment()
    this.buildPipes()
    this.buildGround()
    this.light()
    this.setDark(isDark)
    this.boxes = declaration.pieces.map((piece) => ({ id: piece.id, box: boxOf(piece) }))
    this.controls = new CameraControls(this.camera, this.renderer.domElement)
    this.steer()
    this.observer = new ResizeObserver(() => this.resize())
    this.observer.observe(host)
    this.resize()
    this.home(false)
    this.figures.buildMs = performance.now() - started
    this.draw()
    this.finish()
    this.figures.firstFrameMs = performance.now() - started
    this.figures.tier = quality.tier
  }

  /** Ready means drawn: the first frame is waited for. */
  private finish(): void {
    const gl = this.renderer.getContext()
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4))
    this.figures.triangles = this.renderer.info.render.triangles
    this.figures.calls = this.renderer.info.render.calls
  }

  private buildEquipment(): void {
    const mesh = new Mesh()
    const material = painted('equipment', this.rows, this.clock, this.quality.tier > 0)
    this.declaration.pieces.forEach((piece, row) => {
      addPiece(mesh, piece, row)
      for (const rotor of rotorsOf(piece)) {
        const part = new Mesh()
        part.within({ at: [0, 0, 0], turn: piece.turn, isUpright: false }, row, () => rotor.build(part))
        const solid = this.solid(part, material)
        solid.position.set(...placed(piece, rotor.at))
        const isAcross = piece.turn % 2 === 1
        this.spinners.push({ mesh: solid, id: piece.id, axis: (rotor.axis === 'x') !== isAcross ? 'x' : 'z' })
      }
    })
    this.solid(mesh, material)
  }

  private buildPipes(): void {
    const mesh = new Mesh()
    this.declaration.runs.forEach(({ points, radius }, row) => {
      mesh.within({ at: [0, 0, 0], turn: 0, isUpright: false }, row, () => mesh.tube(points, radius, { colour: '#ffffff', gloss: 0.45 }, this.quality.tier ? 18 : 12))
    })
    this.solid(mesh, painted('pipe', this.runs, this.clock, this.quality.tier > 0))
  }

  private solid(mesh: Mesh, material: ThreeMesh['material']): ThreeMesh {
    const solid = new ThreeMesh(geometryOf(mesh), material)
    solid.castShadow = solid.receiveShadow = this.quality.hasShadows
    solid.frustumCulled = false
    this.scene.add(solid)
    return solid
  }

  private buildGround(): void {
    const { low, high, shell } = this.declaration
    const slab = (a: readonly [number, number], b: readonly [number, number], y: number, colour: string): void => {
      const mesh = new Mesh()
      mesh.box([b[0] - a[0], 0.1, b[1] - a[1]], [(a[0] + b[0]) / 2, y - 0.05, (a[1] + b[1]) / 2], { colour, gloss: 0 })
      const material = new MeshLambertMaterial({ vertexColors: true })
      const ground = new ThreeMesh(geometryOf(mesh, true), material)
      ground.receiveShadow = this.quality.hasShadows
      this.grounds.push(material)
      this.scene.add(ground)
    }
    slab(low, high, -0.03, shell.kind === 'house' ? '#5f7d5c' : '#5b6876')
    slab(shell.low, shell.high, 0, shell.kind === 'house' ? '#b99a72' : '#8894a1')
    if (shell.kind === 'house') return
    const size = Math.max(shell.high[0] - shell.low[0], shell.high[1] - shell.low[1])
    const grid = new GridHelper(size, Math.round(size), '#6f7d8c', '#7a8795')
    grid.position.set((shell.low[0] + shell.high[0]) / 2, 0.004, (shell.low[1] + shell.high[1]) / 2)
    grid.scale.z = (shell.high[1] - shell.low[1]) / size
    grid.scale.x = (shell.high[0] - shell.low[0]) / size
    this.scene.add(grid)
  }

  private light(): void {
    const { low, high } = this.declaration
    const reach = Math.max(high[0] - low[0], high[1] - low[1]) * 0.6
    this.scene.add(new HemisphereLight('#f2f7ff', '#5a6470', this.quality.hasEnvironment ? 0.9 : 1.7))
    const sun = new DirectionalLight('#fff2dd', this.quality.tier ? 2.2 : 1.6)
    const centre = new Vector3((low[0] + high[0]) / 2, 0, (low[1] + high[1]) / 2)
    sun.position.copy(centre).add(new Vector3(reach * 0.5, reach * 1.1, reach * 0.8))
    sun.target.position.copy(centre)
    this.scene.add(sun, sun.target)
    if (this.quality.hasShadows) {
      sun.castShadow = true
      sun.shadow.mapSize.set(2048, 2048)
      Object.assign(sun.shadow.camera, { left: -reach, right: reach, top: reach, bottom: -reach, far: reach * 4 })
      sun.shadow.bias = -0.0006
    }
    if (this.quality.hasEnvironment) void this.reflect()
  }

  /** What metal mirrors; only where a graphics card makes it in no time. */
  private async reflect(): Promise<void> {
    const { RoomEnvironment } = await import('three/addons/environments/RoomEnvironment.js')
    const generator = new PMREMGenerator(this.renderer)
    this.scene.environment = generator.fromScene(new RoomEnvironment(), 0.04).texture
    this.scene.environmentIntensity = 0.5
    generator.dispose()
    this.wake()
  }

  setDark(isDark: boolean): void {
    const colour = new Color(isDark ? SKY.dark : SKY.light)
    this.scene.background = colour
    const far = this.declaration.high[0] - this.declaration.low[0]
    this.scene.fog = new Fog(colour, 45 + far, 120 + far * 2)
    for (const ground of this.grounds) ground.color.set(isDark ? '#8fa0b4' : '#ffffff')
    this.wake()
  }

  setStates(states: ReadonlyMap<number, PieceState>, runs: readonly RunState[]): void {
    this.states = states
    runs.forEach(({ colour, speed }, row) => {
      const { r, g, b } = new Color(colour).convertLinearToSRGB()
      this.runs.set(row, [r, g, b, this.isCalm ? 0 : speed])
    })
    this.moves = !this.isCalm && (runs.some(({ speed }) => speed > 0) || [...states.values()].some(({ isRunning, level }) => isRunning || level > 0))
    this.mark()
  }

  setTags(tags: readonly Tag[]): void {
    this.tags.set(tags)
    this.wake()
  }

  private mark(): void {
    this.declaration.pieces.forEach(({ id }, row) => {
      const level = this.states.get(id)?.level ?? 0
      const accent = id === this.selected ? 0.2 : id === this.hovered ? 0.1 : 0
      const alarm = level ? new Color(LEVELS[level]) : null
      if (alarm && accent < 0.15) this.rows.set(row, [alarm.r * 0.75, alarm.g * 0.75, alarm.b * 0.75, this.isCalm ? 0 : 1])
      else this.rows.set(row, [accent * 0.15, accent * 0.75, accent, 0])
    })
    this.wake()
  }

  select(id: number | null, isFlown = true): void {
    this.selected = id
    const found = this.boxes.find((one) => one.id === id)
    if (found && isFlown) {
      const sphere = found.box.getBoundingSphere(new Sphere())
      const distance = Math.max(3.2, sphere.radius * 4.6)
      const { x, y, z } = sphere.center
      void this.controls.setLookAt(x + distance * 0.45, y + distance * 0.5, z + distance * 0.8, x, y, z, !this.isCalm)
    }
    this.mark()
  }

  /** The whole scene: as near as all corners of its building still fit. */
  home(isFlown = true): void {
    const { low, high } = this.declaration.shell
    const all = new Box3(new Vector3(low[0], 0, low[1]), new Vector3(high[0], HOME_HEIGHT, high[1]))
    for (const { box } of this.boxes) all.union(box)
    all.max.y = Math.min(all.max.y, HOME_HEIGHT)
    const corners = [all.min.x, all.max.x].flatMap((x) => [0, all.max.y].flatMap((y) => [all.min.z, all.max.z].map((z) => new Vector3(x, y, z))))
    const centre = new Box3().setFromPoints(corners).getCenter(new Vector3())
    const way = new Vector3(0.2, 0.62, 0.9).normalize()
    let distance = 6
    for (; distance < 150; distance *= 1.04) {
      this.camera.position.copy(centre).addScaledVector(way, distance)
      this.camera.lookAt(centre)
      this.camera.updateMatrixWorld()
      if (corners.every((corner) => Math.max(...corner.clone().project(this.camera).toArray().slice(0, 2).map(Math.abs)) < 0.97)) break
    }
    const eye = centre.clone().addScaledVector(way, distance)
    void this.controls.setLookAt(eye.x, eye.y, eye.z, centre.x, centre.y, centre.z, isFlown && !this.isCalm)
    this.wake()
  }

  openHouse(isOpen: boolean): void {
    this.openTo = isOpen ? 1 : 0
    if (this.isCalm) this.house.set(this.openTo)
    this.wake()
  }

  turn(degrees: number): void {
    void this.controls.rotate((degrees * Math.PI) / 180, 0, !this.isCalm)
    this.wake()
  }

  zoom(share: number): void {
    void this.controls.dolly(this.controls.distance * share, !this.isCalm)
    this.wake()
  }

  private steer(): void {
    this.controls.maxPolarAngle = Math.PI * 0.495
    this.controls.minDistance = 1.5
    this.controls.maxDistance = 120
    this.controls.smoothTime = 0.22
    this.controls.addEventListener('control', () => this.wake())
    this.controls.addEventListener('controlstart', () => this.wake())
    const canvas = this.renderer.domElement
    canvas.addEventListener('pointerdown', ({ offsetX, offsetY }) => (this.pressed = [offsetX, offsetY]))
    canvas.addEventListener('pointerup', ({ offsetX, offsetY }) => {
      if (Math.hypot(offsetX - this.pressed[0], offsetY - this.pressed[1]) < 5) this.onPick(this.pick(offsetX, offsetY))
    })
    canvas.addEventListener('pointermove', ({ offsetX, offsetY, buttons }) => {
      if (!buttons) this.hover(this.pick(offsetX, offsetY), offsetX, offsetY)
    })
    canvas.addEventListener('pointerleave', () => this.hover(null, 0, 0))
    canvas.addEventListener('webglcontextrestored', () => this.wake())
  }

  private hover(id: number | null, x: number, y: number): void {
    if (id !== this.hovered) {
      this.hovered = id
      this.mark()
    }
    this.onHover(id, x, y)
  }

  /** The nearest device under a point of the canvas; boxes are enough and cost nothing. */
  pick(x: number, y: number): number | null {
    const { clientWidth, clientHeight } = this.renderer.domElement
    const far = new Vector3((x / clientWidth) * 2 - 1, 1 - (y / clientHeight) * 2, 0.5).unproject(this.camera)
    const ray = new Ray(this.camera.position.clone(), far.sub(this.camera.position).normalize())
    let nearest: number | null = null
    let least = Infinity
    for (const { id, box } of this.boxes) {
      const hit = ray.intersectBox(box, new Vector3())
      if (hit && hit.distanceTo(this.camera.position) < least) {
        least = hit.distanceTo(this.camera.position)
        nearest = id
      }
    }
    return nearest
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.host
    if (!clientWidth || !clientHeight) return
    this.renderer.setSize(clientWidth, clientHeight)
    this.camera.aspect = clientWidth / clientHeight
    this.camera.updateProjectionMatrix()
    this.wake()
  }

  /** Ask for a frame. */
  wake(): void {
    if (!this.waiting) this.waiting = requestAnimationFrame((now) => this.frame(now))
  }

  private frame(now: number): void {
    this.waiting = 0
    const seconds = Math.min(0.25, (now - this.last) / 1000)
    this.last = now
    const isSteered = this.controls.update(seconds)
    const isOpening = !this.isCalm && this.house.step(this.openTo, seconds)
    this.clock.time.value = (now / 1000) % 3600
    for (const { mesh, id, axis } of this.spinners) if (this.states.get(id)?.isRunning && !this.isCalm) mesh.rotation[axis] += seconds * 9
    this.draw()
    if (isSteered || isOpening) this.wake()
    else if (this.moves && !document.hidden) this.later()
  }

  private later(): void {
    clearTimeout(this.timer)
    this.timer = window.setTimeout(() => this.wake(), this.quality.frameMs)
  }

  draw(): void {
    this.renderer.render(this.scene, this.camera)
    const { clientWidth, clientHeight } = this.host
    const point = new Vector3()
    this.tags.place((at: Vec3) => {
      point.set(...at).project(this.camera)
      return point.z < 1 ? [((point.x + 1) / 2) * clientWidth, ((1 - point.y) / 2) * clientHeight] : null
    })
  }

  /** Milliseconds of script for one frame while turning, the median of `frames`; for the bench. */
  measure(frames = 15): { script: number; full: number } {
    const gl = this.renderer.getContext()
    const script: number[] = []
    const full: number[] = []
    for (let i = 0; i < frames; i++) {
      void this.controls.rotate(0.03, 0, false)
      this.controls.update(0.016)
      const started = performance.now()
      this.draw()
      script.push(performance.now() - started)
      gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4))
      full.push(performance.now() - started)
    }
    const median = (values: number[]): number => values.sort((a, b) => a - b)[frames >> 1]!
    return { script: median(script), full: median(full) }
  }

  dispose(): void {
    cancelAnimationFrame(this.waiting)
    clearTimeout(this.timer)
    this.waiting = -1
    this.observer.disconnect()
    this.controls.dispose()
    this.house.dispose()
    this.tags.set([])
    this.scene.traverse((object) => {
      if (object instanceof ThreeMesh) object.geometry.dispose()
    })
    this.renderer.dispose()
    this.renderer.forceContextLoss()
    this.renderer.domElement.remove()
  }
}

function boxOf(piece: Piece): Box3 {
  const { x, y, z } = piece.size
  const isInline = INLINE.has(piece.kind)
  const low = isInline ? -z / 2 : 0
  const points = ([[-x / 2, low, -z / 2], [x / 2, low + y, z / 2]] as const).map((corner) => placed(piece, piece.isUpright ? [-corner[1], corner[0], corner[2]] : corner))
  return new Box3().setFromPoints(points.map((point) => new Vector3(...point)))
}
