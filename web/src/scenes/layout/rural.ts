/** How a household's heating stands: its source in or beside the boiler corner, its terminals in the living rooms. */
import type { EquipmentList, Medium, Piece, SceneDeclaration, Vec3 } from '../declaration'
import { portAt } from '../ports'
import { Draft, signalOf, walk, type Step } from './draft'

const BACK = -3.05
const SUPPLY_Y = 0.36
const RETURN_Y = 0.16
const PIPE = 0.035
const SOURCES = ['pellet_stove', 'straw_stove']

export function ruralScene(list: EquipmentList): SceneDeclaration {
  const draft = new Draft(list)
  const house = new House(draft)
  house.lay()
  const shell = { kind: 'house', low: [-0.4, -3.6], high: [10.4, 3.6], height: 2.9 } as const
  return draft.done(list.name, shell, [-2, -5.2], [draft.one('solar_collector') ? 18.4 : 14, 5.2])
}

class House {
  constructor(private readonly draft: Draft) {}

  lay(): void {
    const { draft } = this
    const meter = draft.put(draft.one('meter'), [9.6, 1.5, -3.4])
    draft.put(draft.one('thermostat'), [6.45, 1.45, 0.6], 3)
    if (draft.one('indoor_fan')) this.air()
    else if (draft.one('storage_heater')) this.storageHeaters(meter)
    else this.water(meter)
  }

  private words(id: string, medium: Medium) {
    const { list } = this.draft
    const side = medium === 'secondary_supply' ? 'supply_temp_c' : medium === 'secondary_return' ? 'return_temp_c' : ''
    return { id, medium, radius: medium === 'power' ? 0.025 : PIPE, temperature: side ? signalOf(list, side) : null, flow: signalOf(list, 'is_on') }
  }

  /** Air to air: refrigerant from the outdoor unit to the fans in the rooms. */
  private air(): void {
    const { draft } = this
    const outdoor = draft.put(draft.one('outdoor_unit'), [6.2, 0, -4.2], 0)
    const places: Vec3[] = [[1.6, 0, -3.25], [5.2, 0, -3.25]]
    draft.all('indoor_fan').forEach((item, n) => {
      const fan = draft.put(item, places[n % places.length]!)
      if (!fan || !outdoor) return
      const y = 0.55 + n * 0.12
      draft.join({ ...this.words(`gas-${n}`, 'refrigerant'), radius: 0.03 }, [outdoor, 'supply'], [{ y }, { x: portAt(fan, 'in')[0] }], [fan, 'in'], 'yzx')
    })
  }

  private storageHeaters(meter: Piece | undefined): void {
    const { draft } = this
    const places: Vec3[] = [[1.4, 0, -3.2], [4.4, 0, -3.2], [8.2, 0, -3.2], [2.8, 0, 3.1]]
    draft.all('storage_heater').forEach((item, n) => {
      const heater = draft.put(item, places[n % places.length]!)
      if (heater && meter) draft.join(this.words(`cable-${n}`, 'power'), [meter, 'out'], [{ y: 0.9 - n * 0.08 }, { x: portAt(heater, 'in')[0] }], [heater, 'in'], 'yzx')
    })
  }

  private water(meter: Piece | undefined): void {
    const hub = this.hub()
    if (!hub) return
    this.loop(hub)
    if (this.draft.one('manifold')) this.floor()
    else this.radiators()
    if (meter && hub.kind === 'storage_boiler') this.draft.join(this.words('cable', 'power'), [meter, 'out'], [{ y: 0.5 }], [hub, 'return'], 'xzy')
  }

  /** Where the heating water is made warm: a tank fed from outside, or the stove itself. */
  private hub(): Piece | undefined {
    const { draft } = this
    const tank = draft.put(draft.one('tank'), [8.4, 0, -1.4])
    if (tank) {
      if (draft.one('solar_collector')) this.sun(tank)
      this.feed(tank)
      return tank
    }
    const item = SOURCES.map((kind) => draft.one(kind)).find((found) => found)
    const stove = draft.put(item, [8.4, 0, -1.4])
    if (stove) {
      draft.put(draft.one('chimney'), [8.4, 0.9, -1.4 - stove.size.z / 2 - 0.12])
      draft.put(draft.one('silo'), [9.3, 0, -1.4])
    }
    return stove
  }

  /** A heat pump outside or an auxiliary boiler in the corner charges the tank. */
  private feed(tank: Piece): void {
    const { draft } = this
    const item = draft.one('outdoor_unit') ?? draft.one('storage_boiler') ?? draft.one('pellet_stove')
    const isOutside = item?.kind === 'outdoor_unit'
    const source = draft.put(item, isOutside ? [12.2, 0, 1.9] : [9.6, 0, 1.2], 0)
    if (!source) return
    const lane = tank.at[0] + tank.size.x / 2 + 0.18
    const [hot, cold] = [portAt(tank, 'hot'), portAt(tank, 'cold')]
    draft.join(this.words('charge', 'primary_supply'), [source, 'supply'], [{ x: lane }, { y: hot[1] }], [tank, 'hot'], 'zxy')
    draft.join(this.words('charged', 'primary_return'), [tank, 'cold'], [{ x: lane + 0.2 }, { y: portAt(source, 'return')[1] }, { z: portAt(source, 'return')[2] }, { y: cold[1] }], [source, 'return'], 'yxz')
    if (source.kind === 'pellet_stove') draft.put(draft.one('chimney'), [source.at[0], 0.9, source.at[2] - source.size.z / 2 - 0.12])
  }

  /** Collectors on their rack south of the house, with a pump of their own. */
  private sun(tank: Piece): void {
    const { draft } = this
    const collectors = draft.all('solar_collector').flatMap((item, n) => draft.put(item, [12.6 + n * 1.7, 0, -2]) ?? [])
    const first = collectors[0]
    if (!first) return
    const [up, back] = [portAt(first, 'supply'), portAt(first, 'return')]
    const [hot, cold] = [portAt(tank, 'hot'), portAt(tank, 'cold')]
    const far = collectors.at(-1)!.at[0] + 0.7
    draft.run(this.words('sun-hot', 'primary_supply'), walk([far, up[1], up[2]], [{ x: 11.2 }, { y: hot[1] + 0.14 }, { z: hot[2] }, { x: hot[0] + 0.06 }, { y: hot[1] }, { x: hot[0] }]))
    draft.run(this.words('sun-cold', 'primary_return'), walk([cold[0], cold[1], cold[2]], [{ x: 10.9 }, { z: back[2] }, { y: back[1] }, { x: far }]))
    draft.put(draft.one('circulation_pump', { role: 'collector' }), [10, cold[1] - 0.5 < 0 ? 0 : cold[1] - 0.5, cold[2] + 0.7])
  }

  /** Supply and return along the back wall; pump, gauges and filter beside the source. */
  private loop(hub: Piece): void {
    const { draft } = this
    const [supply, back] = [portAt(hub, 'supply'), portAt(hub, 'return')]
    const west = this.isFloor() ? 6.35 : 0.5
    draft.join(this.words('supply', 'secondary_supply'), [hub, 'supply'], [{ x: supply[0] - 0.35 }, { z: BACK }, { y: SUPPLY_Y + this.lift() }, { x: west }])
    draft.join(this.words('return', 'secondary_return'), [west, RETURN_Y + this.lift(), BACK], [{ x: back[0] - 0.7 }, { y: back[1] }], [hub, 'return'], 'zxy')
    draft.put(draft.one('gauge', { role: 'supply' }), [7, SUPPLY_Y + this.lift(), BACK])
    draft.put(draft.one('gauge', { role: 'return' }), [6.75, RETURN_Y + this.lift(), BACK])
    const x = back[0] - 0.7
    draft.put(draft.one('circulation_pump', { role: '' }), [x, Math.max(0, back[1] - 0.5), -2.3], 1)
    draft.put(draft.one('strainer'), [x, back[1], -1.75], 1)
    draft.put(draft.one('expansion_tank'), [7.2, 1.9, BACK + 0.1])
  }

  private isFloor(): boolean {
    return this.draft.one('manifold') !== undefined
  }

  /** A manifold hangs higher than radiators do. */
  private lift(): number {
    return this.isFloor() ? 0.19 : 0
  }

  private radiators(): void {
    const { draft } = this
    const places = [1.2, 2.75, 4.3, 5.75]
    draft.all('radiator').forEach((item, n) => {
      const radiator = draft.put(item, [places[n % places.length]!, 0.45, -3.25])
      if (!radiator) return
      const [input, output] = [portAt(radiator, 'in'), portAt(radiator, 'out')]
      draft.join(this.words(`in-${n}`, 'secondary_supply'), [input[0], SUPPLY_Y, BACK], [], [radiator, 'in'], 'yzx')
      draft.join(this.words(`out-${n}`, 'secondary_return'), [radiator, 'out'], [{ z: BACK }, { y: RETURN_Y }, { x: output[0] }] satisfies Step[])
    })
  }

  private floor(): void {
    const { draft } = this
    const manifold = draft.put(draft.one('manifold'), [6, 0.1, BACK])
    if (!manifold) return
    draft.all('floor_coil').forEach((item, n) => {
      const coil = draft.put(item, [1.05 + n * 1.95, 0.05, 0.4])
      if (!coil) return
      const y = { hot: 0.62 - n * 0.04, cold: 0.22 - n * 0.04 }
      draft.join(this.words(`coil-in-${n}`, 'secondary_supply'), [manifold, 'out'], [{ y: y.hot }, { x: portAt(coil, 'in')[0] }], [coil, 'in'], 'zyx')
      draft.join(this.words(`coil-out-${n}`, 'secondary_return'), [coil, 'out'], [{ z: BACK + 0.25 - n * 0.07 }, { y: y.cold }], [manifold, 'back'], 'xyz')
    })
  }
}
