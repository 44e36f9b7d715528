/** What moves, keeps and exchanges water: exchangers, pumps, tanks, softeners, cabinets.  Each stands on the floor. */
import type { Size } from '../declaration'
import { flange } from './fittings'
import type { Mesh } from './mesh'
import { PAINT } from './paints'

/** Plates between a fixed and a movable frame; four nozzles on the left. */
export function plateExchanger(mesh: Mesh, { x, y, z }: Size, r: number): void {
  const [pack, height] = [x - 0.34, y - 0.15]
  mesh.box([x + 0.5, 0.08, z + 0.15], [0.15, 0.04, 0], PAINT.base)
  mesh.box([0.09, height, z + 0.12], [-x / 2 + 0.05, height / 2 + 0.1, 0], PAINT.frame)
  mesh.box([0.09, height - 0.1, z + 0.12], [-x / 2 + pack + 0.16, height / 2 + 0.1, 0], PAINT.frame)
  mesh.box([0.1, height + 0.1, 0.14], [x / 2 + 0.12, height / 2 + 0.1, 0], PAINT.frame)
  const plates = Math.min(48, Math.max(14, Math.round(pack / 0.03)))
  for (let i = 0; i < plates; i++) {
    const at = -x / 2 + 0.1 + ((i + 0.5) * pack) / plates
    const isGasket = i % 2 === 1
    mesh.box([pack / plates, height - (isGasket ? 0.24 : 0.16), z - (isGasket ? 0.05 : 0)], [at, height / 2 + 0.12, 0], isGasket ? PAINT.gasket : PAINT.plate)
  }
  for (const [at, thick] of [[height + 0.1, 0.04], [0.13, 0.03]] as const) mesh.cylinder(thick, x + 0.35, [0.1, at, 0], PAINT.steel, 'x', 10)
  for (let i = 0; i < 4; i++) for (const side of [-1, 1]) mesh.cylinder(0.016, x + 0.12, [0, 0.4 + (i * (height - 0.5)) / 3, side * (z / 2 + 0.035)], PAINT.steel, 'x', 6)
  const nozzle = Math.min(r, 0.11)
  for (const at of [0.5, 1.5]) for (const side of [-0.2, 0.2]) {
    mesh.cylinder(nozzle, 0.24, [-x / 2 - 0.1, at, side], PAINT.steel, 'x', 12)
    flange(mesh, nozzle, [-x / 2 - 0.19, at, side])
  }
}

/** Volute, coupling and a finned motor on one base; suction at the right, discharge upwards. */
export function circulationPump(mesh: Mesh, { x, y, z }: Size, r: number): void {
  const [axle, motor] = [0.5, Math.min(0.44, y * 0.4)]
  const m = motor * 0.62
  mesh.box([x, 0.1, z], [-x * 0.05, 0.05, 0], PAINT.base)
  mesh.box([x * 0.36, axle - m - 0.1, z * 0.6], [-x * 0.28, (axle - m + 0.1) / 2, 0], PAINT.base)
  mesh.cylinder(m, x * 0.46, [-x * 0.28, axle, 0], PAINT.motor, 'x', 22)
  for (let i = 0; i < 14; i++) {
    const a = (i * Math.PI) / 7
    mesh.box([x * 0.4, 0.02, 0.02], [-x * 0.28, axle + Math.cos(a) * (m + 0.01), Math.sin(a) * (m + 0.01)], PAINT.motor)
  }
  mesh.box([x * 0.16, 0.12, 0.14], [-x * 0.3, axle + m + 0.05, 0], PAINT.motor)
  const v = m * 1.05
  mesh.ring(v * 0.8, v * 0.42, [x * 0.2, axle, 0], PAINT.volute, 'x', 26)
  mesh.cylinder(v * 0.9, v * 0.7, [x * 0.2, axle, 0], PAINT.volute, 'x', 22)
  mesh.cylinder(r, x * 0.34, [x * 0.38, axle, 0], PAINT.volute, 'x', 14)
  flange(mesh, r, [x * 0.53, axle, 0])
  mesh.cylinder(r, y + 0.22 - axle, [x * 0.2, (y + 0.22 + axle) / 2, 0], PAINT.volute, 'y', 14)
  flange(mesh, r, [x * 0.2, y + 0.2, 0], 'y')
  mesh.box([z * 0.4, axle - v, z * 0.4], [x * 0.2, (axle - v) / 2, 0], PAINT.base)
}

/** The part of a pump that turns, about its own centre: coupling and cooling fan. */
export function pumpRotor(mesh: Mesh, { y }: Size): void {
  const m = Math.min(0.44, y * 0.4) * 0.62
  mesh.cylinder(m * 0.62, 0.1, [0, 0, 0], PAINT.wheel, 'x', 6)
  for (let i = 0; i < 3; i++) {
    const a = (i * Math.PI) / 3
    mesh.box([0.04, m * 1.7 * Math.abs(Math.cos(a)) + 0.05, m * 1.7 * Math.abs(Math.sin(a)) + 0.05], [0, 0, 0], PAINT.white)
  }
}

/** An upright multistage pump. */
export function makeupPump(mesh: Mesh, { x, y, z }: Size, r: number): void {
  mesh.box([x, 0.08, z], [0, 0.04, 0], PAINT.base)
  mesh.cylinder(x * 0.36, 0.3, [0, 0.2, 0], PAINT.volute, 'y', 16)
  mesh.cylinder(x * 0.26, y * 0.36, [0, y * 0.5, 0], PAINT.steel, 'y', 16)
  mesh.cylinder(x * 0.34, y * 0.3, [0, y * 0.84, 0], PAINT.motor, 'y', 16)
  for (const side of [-1, 1]) {
    mesh.cylinder(r, z / 2, [0, 0.22, (side * z) / 4], PAINT.volute, 'z', 10)
    flange(mesh, r, [0, 0.22, (side * z) / 2.1], 'z')
  }
}

export function tank(mesh: Mesh, { x, y }: Size): void {
  const r = x / 2
  const foot = y > 1.2 ? 0.4 : 0.12
  const wall = y - foot - r * 0.3
  mesh.cylinder(r, wall, [0, foot + wall / 2, 0], PAINT.tank, 'y', 32)
  mesh.dome(r, r * 0.3, [0, foot + wall, 0], PAINT.tank)
  mesh.dome(r, r * 0.3, [0, foot, 0], PAINT.tank, true)
  for (let i = 0; i < 4; i++) {
    const a = (i * Math.PI) / 2 + 0.5
    mesh.cylinder(r * 0.07 + 0.015, foot, [Math.cos(a) * r * 0.8, foot / 2, Math.sin(a) * r * 0.8], PAINT.base, 'y', 8)
  }
  for (const share of [0.06, 0.5, 0.94]) mesh.ring(r + 0.004, 0.014, [0, foot + wall * share, 0], PAINT.steel)
  mesh.cylinder(0.022, wall * 0.8, [r * 0.72, foot + wall / 2, r * 0.76], PAINT.dial, 'y', 8)
}

export function softener(mesh: Mesh, { x, y, z }: Size): void {
  mesh.box([x, 0.08, z], [0, 0.04, 0], PAINT.base)
  for (const side of [-0.32, 0.05]) {
    mesh.cylinder(z * 0.36, y * 0.78, [side, y * 0.45, 0], PAINT.frame, 'y', 18)
    mesh.dome(z * 0.36, z * 0.2, [side, y * 0.84, 0], PAINT.frame)
    mesh.box([0.16, 0.16, 0.2], [side, y * 0.95, 0], PAINT.dark)
  }
  mesh.cylinder(z * 0.34, y * 0.5, [0.44, y * 0.27, 0], PAINT.white, 'y', 18)
  mesh.cylinder(0.03, 0.4, [-0.13, y * 0.95, 0], PAINT.steel, 'x', 8)
}

export function cabinet(mesh: Mesh, { x, y, z }: Size): void {
  mesh.box([x, y, z], [0, y / 2, 0], PAINT.cabinet)
  mesh.box([x * 1.02, 0.08, z * 1.02], [0, 0.04, 0], PAINT.base)
  mesh.box([0.012, y * 0.9, 0.01], [0, y / 2, z / 2 + 0.004], PAINT.base)
  mesh.box([x * 0.5, y * 0.16, 0.02], [0, y * 0.76, z / 2 + 0.008], PAINT.screen)
  for (let i = 0; i < 3; i++) mesh.cylinder(0.028, 0.03, [-0.2 + i * 0.2, y * 0.6, z / 2 + 0.01], [PAINT.lamp, PAINT.actuator, PAINT.wheel][i]!, 'z', 10)
}

export function expansionTank(mesh: Mesh, { x, y, z }: Size): void {
  mesh.cylinder(x / 2, y * 0.6, [0, y / 2, 0], PAINT.wheel, 'y', 18)
  mesh.dome(x / 2, y * 0.2, [0, y * 0.8, 0], PAINT.wheel)
  mesh.dome(x / 2, y * 0.2, [0, y * 0.2, 0], PAINT.wheel, true)
  mesh.box([0.05, y * 0.4, 0.06], [0, y / 2, -z / 2 - 0.02], PAINT.steel)
}
