/** What heats a house: heat pumps, heaters, stoves, collectors, and what gives the heat to the rooms. */
import type { Size } from '../declaration'
import type { Mesh } from './mesh'
import { PAINT } from './paints'

export function outdoorUnit(mesh: Mesh, { x, y, z }: Size): void {
  mesh.box([x, y - 0.12, z], [0, (y + 0.12) / 2, 0], PAINT.white)
  for (const side of [-0.36, 0.36]) mesh.box([0.12, 0.12, z * 1.05], [side * x, 0.06, 0], PAINT.base)
  const fans = y > 1.05 ? [0.3, 0.72] : [0.55]
  for (const share of fans) {
    mesh.ring(y > 1.05 ? y * 0.17 : y * 0.3, 0.02, [-x * 0.14, y * share, z / 2 + 0.01], PAINT.dark, 'z', 26)
    for (let i = 1; i < 4; i++) mesh.ring((y > 1.05 ? y * 0.17 : y * 0.3) * (i / 4), 0.008, [-x * 0.14, y * share, z / 2 + 0.02], PAINT.dark, 'z', 20)
  }
  for (let i = 0; i < 8; i++) mesh.box([0.012, y * 0.7, 0.01], [x * 0.22 + i * 0.03, y * 0.5, z / 2 + 0.003], PAINT.gasket)
}

export function unitRotor(mesh: Mesh, { y }: Size): void {
  const r = y > 1.05 ? y * 0.15 : y * 0.27
  mesh.cylinder(r * 0.25, 0.05, [0, 0, 0], PAINT.dark, 'z', 12)
  mesh.box([r * 1.9, r * 0.3, 0.02], [0, 0, 0], PAINT.steel)
  mesh.box([r * 0.3, r * 1.9, 0.02], [0, 0, 0], PAINT.steel)
}

export function indoorFan(mesh: Mesh, { x, y, z }: Size): void {
  mesh.box([x, y, z], [0, y / 2 + 0.05, 0], PAINT.white)
  for (let i = 0; i < 6; i++) mesh.box([x * 0.8, 0.014, 0.01], [0, y * 0.7 + i * 0.04, z / 2 + 0.003], PAINT.gasket)
  mesh.box([x * 0.8, 0.1, 0.02], [0, 0.14, z / 2], PAINT.dark)
}

export function storageHeater(mesh: Mesh, { x, y, z }: Size): void {
  mesh.box([x, y - 0.08, z], [0, (y + 0.08) / 2, 0], PAINT.cabinet)
  for (const side of [-0.4, 0.4]) mesh.box([0.06, 0.08, z], [side * x, 0.04, 0], PAINT.base)
  for (let i = 0; i < 12; i++) mesh.box([x * 0.84, 0.012, 0.01], [0, 0.14 + i * 0.03, z / 2 + 0.003], PAINT.brick)
  mesh.box([x * 0.96, 0.03, z * 0.7], [0, y + 0.01, 0], PAINT.gasket)
  mesh.cylinder(0.03, 0.03, [x * 0.4, y * 0.86, z / 2], PAINT.dark, 'z', 12)
}

export function pelletStove(mesh: Mesh, { x, y, z }: Size): void {
  mesh.box([x, y, z], [0, y / 2, 0], PAINT.boiler)
  mesh.box([x * 1.04, 0.06, z * 1.04], [0, y, 0], PAINT.dark)
  mesh.box([x * 0.62, y * 0.3, 0.03], [0, y * 0.55, z / 2], PAINT.dark)
  mesh.box([x * 0.5, y * 0.22, 0.03], [0, y * 0.55, z / 2 + 0.01], PAINT.fire)
  mesh.box([x * 0.7, y * 0.16, 0.02], [0, y * 0.16, z / 2 + 0.005], PAINT.gasket)
  mesh.box([x * 0.3, 0.06, 0.02], [0, y * 0.84, z / 2 + 0.005], PAINT.screen)
}

export function strawStove(mesh: Mesh, { x, y, z }: Size): void {
  mesh.cylinder(x * 0.48, y * 0.86, [0, y * 0.48, 0], PAINT.dark, 'y', 24)
  mesh.cylinder(x * 0.52, 0.08, [0, y * 0.95, 0], PAINT.gasket, 'y', 24)
  mesh.box([x * 0.42, y * 0.3, 0.06], [0, y * 0.5, z * 0.46], PAINT.brick)
  mesh.box([x * 0.26, y * 0.14, 0.06], [0, y * 0.5, z * 0.47], PAINT.fire)
  mesh.box([x * 0.4, y * 0.12, 0.06], [0, y * 0.18, z * 0.46], PAINT.gasket)
  for (let i = 0; i < 3; i++) mesh.cylinder(0.2, 0.7, [x * 0.95 + (i % 2) * 0.2, 0.2 + Math.floor(i / 2) * 0.36, 0.3 - (i % 2) * 0.42], PAINT.wood, 'x', 12)
}

export function storageBoiler(mesh: Mesh, { x, y, z }: Size): void {
  mesh.box([x, y, z], [0, y / 2, 0], PAINT.cabinet)
  mesh.box([x * 1.02, 0.1, z * 1.02], [0, 0.05, 0], PAINT.base)
  mesh.box([x * 0.4, y * 0.14, 0.02], [0, y * 0.78, z / 2 + 0.005], PAINT.screen)
  for (let i = 0; i < 6; i++) mesh.box([x * 0.7, 0.016, 0.01], [0, y * 0.2 + i * 0.06, z / 2 + 0.004], PAINT.brick)
}

/** Vacuum tubes on a tilted rack, the manifold on top. */
export function solarCollector(mesh: Mesh, { x, y, z }: Size): void {
  const tubes = 14
  for (let i = 0; i < tubes; i++) {
    const at = -x / 2 + ((i + 0.5) * x) / tubes
    mesh.tube([[at, 0.3, z * 0.38], [at, y * 0.86, -z * 0.34]], 0.036, PAINT.collector, 8)
  }
  mesh.cylinder(0.1, x, [0, y * 0.88, -z * 0.35], PAINT.shell, 'x', 16)
  mesh.cylinder(0.04, x, [0, 0.28, z * 0.39], PAINT.steel, 'x', 10)
  for (const side of [-0.46, 0.46]) {
    mesh.tube([[side * x, 0.02, z * 0.4], [side * x, y * 0.86, -z * 0.36]], 0.025, PAINT.steel, 6)
    mesh.tube([[side * x, 0.02, -z * 0.4], [side * x, y * 0.86, -z * 0.36]], 0.025, PAINT.steel, 6)
  }
}

export function radiator(mesh: Mesh, { x, y, z }: Size): void {
  const columns = Math.round(x / 0.085)
  for (let i = 0; i < columns; i++) {
    const at = -x / 2 + ((i + 0.5) * x) / columns
    mesh.box([(x / columns) * 0.78, y - 0.1, z], [at, y / 2 + 0.05, 0], PAINT.white)
  }
  for (const share of [0.12, 0.94]) mesh.cylinder(0.025, x, [0, y * share + 0.04, 0], PAINT.white, 'x', 8)
}

/** One loop to and fro under the floor. */
export function floorCoil(mesh: Mesh, { x, z }: Size): void {
  const turns = 7
  const points: [number, number, number][] = [[-x / 2 + 0.1, 0, -z / 2]]
  const width = x - 0.2
  for (let i = 0; i < turns; i++) {
    const at = -x / 2 + 0.1 + (i * width) / (turns - 1)
    points.push([at, 0, i % 2 ? z / 2 : -z / 2 + (i ? 0.25 : 0)], [at, 0, i % 2 ? -z / 2 + 0.25 : z / 2])
  }
  points.push([x / 2 - 0.1, 0, -z / 2])
  mesh.tube(points.filter((p, i) => i === 0 || p.some((v, k) => Math.abs(v - points[i - 1]![k]!) > 1e-6)), 0.022, PAINT.fire, 6)
}

export function manifold(mesh: Mesh, { x, y, z }: Size): void {
  mesh.box([x, y, 0.02], [0, y / 2, -z / 2], PAINT.cabinet)
  for (const at of [0.45, 0.2]) {
    mesh.cylinder(0.035, x * 0.9, [0, at, 0], PAINT.copper, 'x', 12)
    for (let i = 0; i < 4; i++) mesh.cylinder(0.022, 0.12, [-x * 0.3 + i * x * 0.2, at - 0.07, 0.02], PAINT.wheel, 'y', 8)
  }
}

export function thermostat(mesh: Mesh, { x, y, z }: Size): void {
  mesh.box([x, y, z], [0, 0, 0], PAINT.white)
  mesh.box([x * 0.7, y * 0.45, 0.01], [0, y * 0.12, z / 2 + 0.003], PAINT.screen)
}

export function meter(mesh: Mesh, { x, y, z }: Size): void {
  mesh.box([x, y, z], [0, 0, 0], PAINT.cabinet)
  mesh.box([x * 0.6, y * 0.3, 0.02], [0, y * 0.18, z / 2 + 0.004], PAINT.screen)
  mesh.cylinder(0.02, 0.02, [0, -y * 0.2, z / 2 + 0.01], PAINT.wheel, 'z', 8)
}
