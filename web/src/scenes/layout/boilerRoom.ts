/** How a boiler room stands: boilers in a row, flue gas behind them, pumps and make-up water to their right. */
import type { EquipmentItem, EquipmentList, Medium, Piece, SceneDeclaration, Vec3 } from '../declaration'
import { portAt, radiusOf, sizeOf } from '../ports'
import { Draft, signalOf, walk } from './draft'

const BOILERS = ['boiler_grate', 'boiler_gas', 'boiler_biomass', 'boiler_electric']
const RETURN = { y: 0.5, z: 2.75 } as const
const FLUE_Z = -12.4
const PLANT_WIDTH = 10

export function boilerRoomScene(list: EquipmentList): SceneDeclaration {
  const draft = new Draft(list)
  const items = BOILERS.flatMap((kind) => draft.all(kind))
  const size = items[0] ? sizeOf(items[0]) : { x: 2.9, y: 3.7, z: 4.6 }
  const pitch = size.x + 2.6
  const right = items.length * pitch
  const boilers = items.flatMap((item, n) => draft.put(item, [pitch * (n + 0.5), 0, -0.4]) ?? [])
  new Room(draft, boilers, right, size.y + 1.3).lay()
  const solid = boilers.some(({ kind }) => kind === 'boiler_grate' || kind === 'boiler_biomass')
  const shell = { kind: 'plant', low: [-5.4, -5], high: [right + PLANT_WIDTH, 6.4], height: size.y + 2.4 } as const
  return draft.done(list.name, shell, [-6.4, solid ? -15 : -9], [right + PLANT_WIDTH + 1.4, 7.4])
}

class Room {
  private readonly radius: number

  constructor(
    private readonly draft: Draft,
    private readonly boilers: readonly Piece[],
    private readonly right: number,
    private readonly mainY: number,
  ) {
    const meter = draft.one('heat_meter')
    this.radius = meter ? radiusOf(meter) : 0.2
  }

  lay(): void {
    this.water()
    this.boilers.forEach((boiler) => this.boiler(boiler))
    this.flue()
    this.energy()
    this.pumps()
    this.draft.put(this.draft.one('cabinet'), [this.right + 2.2, 0, 5.4])
  }

  private words(id: string, medium: Medium, radius: number) {
    const { list } = this.draft
    const side = medium === 'primary_supply' ? 'supply' : medium === 'primary_return' ? 'return' : ''
    const flow: Partial<Record<Medium, string>> = { primary_supply: 'flow_t_h', primary_return: 'flow_t_h', makeup: 'makeup_flow_t_h', fuel: 'fuel_rate_t_h', gas: 'fuel_rate_t_h', flue: 'running_boilers', power: 'running_boilers' }
    return { id, medium, radius, temperature: side ? signalOf(list, `${side}_temp_c`) : null, flow: signalOf(list, flow[medium] ?? 'flow_t_h') }
  }

  /** The supply main above the boilers and the way out of the house. */
  private water(): void {
    const { draft, radius, mainY, right, boilers } = this
    const first = boilers[0]
    if (!first) return
    const z = portAt(first, 'supply')[2]
    const out = right + PLANT_WIDTH + 0.9
    draft.run(this.words('supply', 'primary_supply', radius), walk([first.at[0], mainY, z], [{ x: right + 1 }, { z: 5.2 }, { y: 3 }, { x: out }]))
    draft.put(draft.one('gauge', { role: 'supply' }), [right + 5.4, 3, 5.2])
    draft.put(draft.one('heat_meter'), [right + 6.6, 3, 5.2])
    draft.put(draft.one('shutoff_valve', { role: 'supply' }), [right + 8.2, 3, 5.2])
    draft.caption('供水', [out, 3.5, 5.2])
  }

  private boiler(boiler: Piece): void {
    const { draft, mainY } = this
    const ordinal = boiler.item.ordinal
    const [x, top, z] = portAt(boiler, 'supply')
    const valve = draft.put(draft.one('shutoff_valve', { role: 'boiler_supply', ordinal }), [x, (top + mainY) / 2, z], 0, true)
    const radius = valve?.radius ?? 0.1
    draft.join(this.words(`boiler-supply-${ordinal}`, 'primary_supply', radius), [boiler, 'supply'], [{ y: mainY }])
    draft.join(this.words(`boiler-return-${ordinal}`, 'primary_return', radius), [x, RETURN.y, RETURN.z], [], [boiler, 'return'], 'zyx')
    draft.put(draft.one('drum', { ordinal }), [x, top, z - boiler.size.z * 0.3])
    draft.put(draft.one('conveyor', { ordinal }), [x - boiler.size.x * 0.32, 0, boiler.at[2] + boiler.size.z / 2 + 1.55])
  }

  /** Behind the house: dust filter and fan of each boiler, one duct, washed or not, to the chimney. */
  private flue(): void {
    const { draft, right } = this
    const solid = draft.one('deduster') !== undefined
    const chimneyItem = draft.one('chimney')
    if (!chimneyItem) return
    const z = solid ? FLUE_Z : -6.8
    const size = sizeOf(chimneyItem)
    const scrubber = draft.put(draft.one('scrubber'), [right + 1.6, 0, z])
    const chimney = draft.put(chimneyItem, [right + (scrubber ? 6.4 : 3) + size.x / 2, 0, z])
    if (!chimney) return
    const y = solid ? 1.3 : portAt(chimney, 'in')[1]
    for (const boiler of this.boilers) this.gasPath(boiler, z, y)
    const first = this.boilers[0]
    if (!first) return
    if (scrubber) {
      draft.join(this.words('duct', 'flue', 0.34), [first.at[0], y, z], [], [scrubber, 'in'], 'xyz')
      draft.join(this.words('washed', 'flue', 0.34), [scrubber, 'out'], [{ x: right + 4.2 }], [chimney, 'in'], 'yxz')
    } else draft.join(this.words('duct', 'flue', solid ? 0.34 : 0.26), [first.at[0], y, z], [], [chimney, 'in'], 'xyz')
  }

  private gasPath(boiler: Piece, z: number, y: number): void {
    const { draft } = this
    const ordinal = boiler.item.ordinal
    const x = boiler.at[0]
    const filter = draft.put(draft.one('deduster', { ordinal }), [x, 0, -6.9])
    const fan = draft.put(draft.one('fan', { ordinal }), [x, 0, -10])
    const words = (part: string) => this.words(`flue-${part}-${ordinal}`, 'flue', 0.24)
    if (filter && fan) {
      draft.join(words('raw'), [boiler, 'flue'], [{ z: -4.6 }], [filter, 'in'], 'xyz')
      draft.join(words('clean'), [filter, 'out'], [{ z: -9 }], [fan, 'in'], 'xyz')
      draft.join(words('out'), [fan, 'out'], [{ z: z + 0.9 }, { y }, { z }])
    } else draft.join(words('out'), [boiler, 'flue'], [{ z: -5.6 }, { y }, { z }])
  }

  /** What is burnt: fuel by belt, gas by pipe, electricity by cable; all from the left. */
  private energy(): void {
    const { draft, boilers } = this
    const last = boilers.at(-1)
    if (!last) return
    const silo = draft.put(draft.one('silo'), [-3.2, 0, 4.6])
    const station = draft.put(draft.one('gas_station'), [-3.4, 0, 2.6])
    const transformer = draft.put(draft.one('transformer'), [-3.4, 0, 1.2])
    if (silo) draft.join(this.words('belt', 'fuel', 0.16), [silo, 'out'], [{ z: 4.85 }, { x: last.at[0] }])
    if (station) {
      draft.join(this.words('gas', 'gas', 0.09), [station, 'out'], [{ y: 1.05 }, { z: 3.2 }, { x: last.at[0] + 0.7 }])
      boilers.forEach((boiler) => draft.join(this.words(`gas-${boiler.id}`, 'gas', 0.07), [boiler.at[0] + 0.7, 1.05, 3.2], [], [boiler, 'feed'], 'yzx'))
    }
    if (transformer) {
      draft.join(this.words('power', 'power', 0.06), [transformer, 'out'], [{ z: 2.2 }, { y: 2.6 }, { x: last.at[0] + 0.7 }])
      boilers.forEach((boiler) => draft.join(this.words(`power-${boiler.id}`, 'power', 0.05), [boiler.at[0] + 0.7, 2.6, 2.2], [], [boiler, 'feed'], 'zyx'))
    }
  }

  /** Return water: strainer, circulation pumps, and the main in front of the boilers; make-up joins before the pumps. */
  private pumps(): void {
    const { draft, right, radius, boilers } = this
    const [suction, discharge] = [right + 5.3, right + 2.2]
    const pumps = draft.all('circulation_pump').flatMap((item: EquipmentItem, n: number) => draft.put(item, [right + 3.7, 0, -3 + n * 1.6]) ?? [])
    const first = boilers[0]
    if (!pumps[0] || !first) return
    draft.run(this.words('return', 'primary_return', radius), walk([right + PLANT_WIDTH + 0.9, 0.5, 3.9], [{ x: suction }, { z: -3.9 }]))
    draft.caption('回水', [right + PLANT_WIDTH + 0.9, 1, 3.9])
    pumps.forEach((pump, n) => {
      draft.join(this.words(`suction-${n}`, 'primary_return', radius * 0.7), [suction, 0.5, pump.at[2]], [], [pump, 'suction'], 'x')
      draft.join(this.words(`discharge-${n}`, 'primary_return', radius * 0.7), [pump, 'discharge'], [{ y: 2.1 }, { x: discharge }])
    })
    draft.run(this.words('feed', 'primary_return', radius), walk([discharge, 2.1, pumps[0].at[2]], [{ z: RETURN.z }, { y: RETURN.y }, { x: first.at[0] }]))
    draft.put(draft.one('shutoff_valve', { role: 'return' }), [right + 9, 0.5, 3.9])
    draft.put(draft.one('strainer', { role: 'return' }), [right + 7.6, 0.5, 3.9])
    draft.put(draft.one('gauge', { role: 'return' }), [right + 6.5, 0.5, 3.9])
    this.makeup(suction)
  }

  private makeup(suction: number): void {
    const { draft, right } = this
    const tank = draft.put(draft.one('tank'), [right + 8.2, 0, -1.6])
    if (!tank) return
    const softener = draft.put(draft.one('softener'), [right + 8.2, 0, 1.6])
    if (softener) draft.join(this.words('soft', 'makeup', 0.05), [softener, 'out'], [{ z: 0.6 }], [tank, 'in'], 'xyz')
    const pumps = draft.all('makeup_pump').flatMap((item, n) => draft.put(item, [right + 6.1 + n * 0.7, 0, -3.9]) ?? [])
    pumps.forEach((pump, n) => {
      if (n === 0) draft.join(this.words('makeup', 'makeup', 0.06), [tank, 'out'], [{ z: -4.5 }], [pump, 'suction'], 'xzy')
      else draft.join(this.words(`makeup-in-${n}`, 'makeup', 0.05), [pump.at[0], 0.22, -4.5], [], [pump, 'suction'], 'z')
      draft.join(this.words(`makeup-out-${n}`, 'makeup', 0.05), [pump, 'discharge'], [{ z: -3.35 }, { y: 0.5 }, { x: suction }])
    })
    const at: Vec3 = [right + 5.75, 0.5, -3.35]
    draft.put(draft.one('flow_meter', { role: 'makeup' }), at)
  }
}
