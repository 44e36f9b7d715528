/** How a substation stands: units side by side, exchangers left, pumps right, primary mains along the back wall. */
import type { EquipmentList, Medium, Piece, SceneDeclaration, Vec3 } from '../declaration'
import { portAt, radiusOf } from '../ports'
import { Draft, signalOf, walk } from './draft'

const BAY = 9.2
const BACK = -4.2
const FRONT = 4.8
const MAIN_Y = { supply: 3.4, return: 2.9 } as const
const FACE = 3.1
const SUCTION_X = 8.1
const DISCHARGE_X = 5.75
const PUMP_X = 6.9
const SHARED = 4.2

export function substationScene(list: EquipmentList): SceneDeclaration {
  const draft = new Draft(list)
  const width = list.units.length * BAY
  const shared = layShared(draft, width)
  list.units.forEach(({ number }, place) => new Bay(draft, number, place * BAY, shared).lay())
  mains(draft)
  const right = width + (shared ? SHARED : 0.6)
  const shell = { kind: 'hall', low: [-0.9, -4.9], high: [right, FRONT - 0.2], height: 4.4 } as const
  return draft.done(list.name, shell, [-2, -5.6], [right + 1, FRONT + 1])
}

/** Tank and softener of the station, right of its units; make-up water leaves the tank along the back. */
function layShared(draft: Draft, width: number): Piece | null {
  const tank = draft.put(draft.one('tank', { unit: 0 }), [width + 1.9, 0, -1.4])
  if (!tank) return null
  const softener = draft.put(draft.one('softener', { unit: 0 }), [width + 1.9, 0, 2.4])
  if (softener) draft.join({ id: 'soft', medium: 'makeup', radius: 0.04 }, [softener, 'out'], [{ z: 1.4 }], [tank, 'in'], 'xyz')
  return tank
}

/** Primary mains along the wall, from where they come in to the last unit. */
function mains(draft: Draft): void {
  const drops = draft.runs.filter(({ id }) => id.endsWith('primary-supply'))
  const last = drops.at(-1)
  const first = draft.list.units[0]?.number ?? 0
  if (!last) return
  const radius = Math.min(0.22, last.radius * Math.sqrt(drops.length))
  const far = last.points[0]![0]
  const signals = (medium: string) => ({ temperature: signalOf(draft.list, `primary_${medium}_temp_c`, first), flow: signalOf(draft.list, 'primary_flow_t_h', first) })
  draft.run({ id: 'main-supply', medium: 'primary_supply', radius, ...signals('supply') }, [[-1.6, MAIN_Y.supply, BACK], [far, MAIN_Y.supply, BACK]])
  draft.run({ id: 'main-return', medium: 'primary_return', radius, ...signals('return') }, [[far + 0.6, MAIN_Y.return, BACK], [-1.6, MAIN_Y.return, BACK]])
  draft.caption('一次供水', [-1.6, MAIN_Y.supply + 0.35, BACK])
  draft.caption('一次回水', [-1.6, MAIN_Y.return - 0.35, BACK])
}

/** One unit. */
class Bay {
  private readonly bore: number
  private readonly wide: number

  constructor(
    private readonly draft: Draft,
    private readonly unit: number,
    private readonly left: number,
    private readonly tank: Piece | null,
  ) {
    const radius = (kind: string, role?: string): number => {
      const item = draft.one(kind, { unit, role })
      return item ? radiusOf(item) : 0.08
    }
    this.bore = radius('heat_meter')
    this.wide = radius('strainer', 'secondary')
  }

  lay(): void {
    const exchangers = this.exchangers()
    const pumps = this.pumps()
    this.primary(exchangers)
    this.secondarySupply(exchangers)
    this.secondaryReturn(exchangers, pumps)
    this.makeup()
    this.draft.put(this.item('cabinet'), [this.left + 4.7, 0, 3.6])
  }

  private item(kind: string, role?: string) {
    return this.draft.one(kind, { unit: this.unit, role })
  }

  private words(id: string, medium: Medium, radius: number) {
    const side = medium.startsWith('primary') ? 'primary' : 'secondary'
    const isWater = medium !== 'makeup'
    return {
      id: `${this.unit}-${id}`,
      medium,
      radius,
      temperature: isWater ? signalOf(this.draft.list, `${medium}_temp_c`, this.unit) : null,
      flow: signalOf(this.draft.list, isWater ? `${side}_flow_t_h` : 'makeup_flow_t_h', this.unit),
    }
  }

  private exchangers(): Piece[] {
    const items = this.draft.all('plate_exchanger', { unit: this.unit })
    return items.flatMap((item, n) => {
      const piece = this.draft.put(item, [0, 0, -1.4 + n * 1.5])
      if (!piece) return []
      const moved = { ...piece, at: [this.left + FACE + piece.size.x / 2, 0, piece.at[2]] as Vec3 }
      this.draft.pieces[this.draft.pieces.length - 1] = moved
      return [moved]
    })
  }

  private pumps(): Piece[] {
    const items = this.draft.all('circulation_pump', { unit: this.unit })
    return items.flatMap((item, n) => this.draft.put(item, [this.left + PUMP_X, 0, -1.9 + n * 1.4]) ?? [])
  }

  /** Down from the main, through strainer and control valve to the exchangers, and back through the meter. */
  private primary(exchangers: Piece[]): void {
    const { draft, left, bore } = this
    const [down, up] = [left + 0.9, left + 1.5]
    const front = exchangers.at(-1)
    if (!front) return
    const zIn = portAt(front, 'primary_in')[2]
    draft.run(this.words('primary-supply', 'primary_supply', bore), walk([down, MAIN_Y.supply, BACK], [{ y: 2.2 }, { z: zIn }]))
    draft.run(this.words('primary-return', 'primary_return', bore), walk([up, 0.5, zIn], [{ z: BACK }, { y: MAIN_Y.return }]))
    exchangers.forEach((piece, n) => {
      const z = portAt(piece, 'primary_in')[2]
      draft.join(this.words(`primary-in-${n}`, 'primary_supply', bore * 0.85), [down, 2.2, z], [{ x: left + 2.7 }], [piece, 'primary_in'], 'yxz')
      draft.join(this.words(`primary-out-${n}`, 'primary_return', bore * 0.85), [piece, 'primary_out'], [{ x: up }])
    })
    draft.put(this.item('shutoff_valve', 'primary_supply'), [down, 2.75, BACK], 0, true)
    draft.put(this.item('strainer', 'primary'), [down, 2.2, -3.55], 1)
    draft.put(this.item('gauge', 'primary_supply'), [down, 2.2, -2.95], 1)
    draft.put(this.item('control_valve'), [down, 2.2, -2.25], 1)
    draft.put(this.item('heat_meter'), [up, 0.5, -2.5], 1)
    draft.put(this.item('gauge', 'primary_return'), [up, 0.5, -3.1], 1)
    draft.put(this.item('shutoff_valve', 'primary_return'), [up, 0.5, -3.7], 1)
  }

  private secondarySupply(exchangers: Piece[]): void {
    const { draft, left, wide } = this
    const x = left + 2.05
    const back = exchangers[0]
    if (!back) return
    const z = portAt(back, 'secondary_out')[2]
    draft.run(this.words('secondary-supply', 'secondary_supply', wide), walk([x, 2.75, z], [{ z: FRONT + 0.7 }]))
    exchangers.forEach((piece, n) => draft.join(this.words(`secondary-out-${n}`, 'secondary_supply', wide * 0.8), [piece, 'secondary_out'], [{ x }, { y: 2.75 }]))
    draft.put(this.item('gauge', 'secondary_supply'), [x, 2.75, 2.6], 1)
    draft.put(this.item('safety_valve'), [x, 2.75 + wide, 3.15])
    draft.put(this.item('shutoff_valve', 'secondary_supply'), [x, 2.75, 3.8], 1)
    draft.caption('二次供水', [x, 3.15, FRONT + 0.6])
  }

  /** In from the front through strainer and meter to the pumps, from them under the exchangers. */
  private secondaryReturn(exchangers: Piece[], pumps: Piece[]): void {
    const { draft, left, wide } = this
    const [suction, discharge, low] = [left + SUCTION_X, left + DISCHARGE_X, left + 2.62]
    draft.run(this.words('secondary-return', 'secondary_return', wide), walk([suction, 0.5, FRONT + 0.7], [{ z: -2.95 }]))
    draft.caption('二次回水', [suction, 0.95, FRONT + 0.6])
    pumps.forEach((pump, n) => {
      draft.join(this.words(`suction-${n}`, 'secondary_return', wide * 0.8), [suction, 0.5, pump.at[2]], [], [pump, 'suction'], 'x')
      draft.join(this.words(`discharge-${n}`, 'secondary_return', wide * 0.8), [pump, 'discharge'], [{ y: 2 }, { x: discharge }])
    })
    const back = exchangers[0]
    const far = pumps[0]
    if (back && far) {
      const z = portAt(back, 'secondary_in')[2]
      draft.run(this.words('feed', 'secondary_return', wide), walk([discharge, 2, far.at[2]], [{ z: 2.75 }, { y: 0.16 }, { x: low }, { z }]))
      exchangers.forEach((piece, n) => {
        const port = portAt(piece, 'secondary_in')
        draft.join(this.words(`secondary-in-${n}`, 'secondary_return', wide * 0.8), [low, 0.16, port[2]], [], [piece, 'secondary_in'], 'yx')
      })
    }
    draft.put(this.item('shutoff_valve', 'secondary_return'), [suction, 0.5, 4.2], 1)
    draft.put(this.item('strainer', 'secondary'), [suction, 0.5, 3.3], 1)
    draft.put(this.item('gauge', 'secondary_return'), [suction, 0.5, 2.65], 1)
    draft.put(this.item('flow_meter', 'secondary'), [suction, 0.5, 2.0], 1)
  }

  /** From the tank by pump and meter, or, in small stations, by a valve from the primary return. */
  private makeup(): void {
    const { draft, left, tank } = this
    const end = left + SUCTION_X
    const pumps = this.draft.all('makeup_pump', { unit: this.unit }).flatMap((item, n) => draft.put(item, [left + 6.1 + n * 0.75, 0, -3.45]) ?? [])
    const first = pumps[0]
    if (tank && first) {
      draft.join(this.words('makeup', 'makeup', 0.045), [tank, 'out'], [{ z: -4.05 }, { x: first.at[0] }], [first, 'suction'], 'zyx')
      pumps.forEach((pump, n) => {
        if (n) draft.join(this.words(`makeup-in-${n}`, 'makeup', 0.04), [pump.at[0], 0.22, -4.05], [], [pump, 'suction'], 'z')
        draft.join(this.words(`makeup-out-${n}`, 'makeup', 0.04), [pump, 'discharge'], [{ z: -2.95 }, { y: 0.5 }, { x: end }])
      })
      draft.put(this.item('flow_meter', 'makeup'), [left + 7.5, 0.5, -2.95])
    } else if (draft.put(this.item('makeup_valve'), [left + 6.1, 0.22, -3.3])) {
      draft.run(this.words('makeup', 'makeup', 0.045), walk([left + 1.5, 0.5, -3.3], [{ y: 0.22 }, { x: end }, { z: -2.95 }, { y: 0.5 }]))
    }
  }
}
