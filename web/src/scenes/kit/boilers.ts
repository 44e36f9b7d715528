/** What burns and what follows the fire: boilers of each fuel, drums, feeders, filters, fans, chimneys. */
import type { Size } from '../declaration'
import { flange } from './fittings'
import type { Mesh } from './mesh'
import { PAINT } from './paints'

/** A lagged body on a steel frame with doors; what differs is at the front. */
function body(mesh: Mesh, { x, y, z }: Size): void {
  mesh.box([x, y - 0.3, z], [0, (y - 0.3) / 2 + 0.2, 0], PAINT.shell)
  mesh.box([x * 1.03, 0.2, z * 1.03], [0, 0.1, 0], PAINT.base)
  const bands = 5
  for (let i = 0; i < bands; i++) {
    const at = -z / 2 + ((i + 0.5) * z) / bands
    mesh.box([x * 1.02, y - 0.28, 0.05], [0, (y - 0.3) / 2 + 0.2, at], PAINT.boiler)
  }
  for (const side of [-1, 1]) mesh.box([0.04, 0.05, z], [(side * x) / 2, y - 0.05, 0], PAINT.actuator)
  mesh.cylinder(x * 0.07, 0.34, [0, y - 0.05, 0.2], PAINT.steel, 'y', 12)
  flange(mesh, x * 0.06, [0, y + 0.08, 0.2], 'y')
}

export function chainGrateBoiler(mesh: Mesh, size: Size): void {
  const { x, y, z } = size
  body(mesh, size)
  mesh.box([x * 0.9, y * 0.2, 0.5], [0, y * 0.5, z / 2 + 0.05], PAINT.dark)
  mesh.box([x * 0.84, 0.16, 0.7], [0, y * 0.2, z / 2 + 0.1], PAINT.gasket)
  for (let i = 0; i < 10; i++) mesh.box([x * 0.82, 0.05, 0.04], [0, y * 0.2 + 0.1, z / 2 - 0.2 + i * 0.07], PAINT.steel)
  for (const side of [-0.26, 0.26]) {
    mesh.box([x * 0.26, y * 0.14, 0.06], [side * x, y * 0.33, z / 2 + 0.02], PAINT.dark)
    mesh.box([x * 0.16, y * 0.06, 0.02], [side * x, y * 0.33, z / 2 + 0.06], PAINT.fire)
  }
}

export function biomassBoiler(mesh: Mesh, size: Size): void {
  const { x, y, z } = size
  chainGrateBoiler(mesh, size)
  mesh.cylinder(x * 0.1, x * 0.9, [0, y * 0.56, z / 2 + 0.32], PAINT.lamp, 'x', 12)
}

/** A shell boiler with its burner. */
export function gasBoiler(mesh: Mesh, { x, y, z }: Size): void {
  const r = Math.min(x, y) * 0.46
  mesh.box([x, 0.3, z * 0.92], [0, 0.15, 0], PAINT.base)
  mesh.cylinder(r, z * 0.92, [0, r + 0.35, 0], PAINT.frame, 'z', 32)
  for (const at of [-0.36, 0, 0.36]) mesh.ring(r + 0.01, 0.03, [0, r + 0.35, at * z], PAINT.steel, 'z', 32)
  mesh.cylinder(r * 0.42, 0.5, [0, r + 0.2, z / 2 + 0.1], PAINT.wheel, 'z', 18)
  mesh.box([r * 0.7, r * 0.6, 0.4], [r * 0.5, r + 0.2, z / 2 + 0.2], PAINT.dark)
  mesh.cylinder(r * 0.16, y - r * 1.6, [0, (y + r * 2) / 2, 0.2], PAINT.steel, 'y', 12)
  mesh.cylinder(r * 0.24, 0.5, [0, r + 0.7, -z / 2 + 0.05], PAINT.steel, 'z', 16)
}

/** Electrodes in an upright vessel. */
export function electricBoiler(mesh: Mesh, { x, y }: Size): void {
  const r = x * 0.46
  mesh.cylinder(r, y * 0.72, [0, y * 0.46, 0], PAINT.shell, 'y', 32)
  mesh.dome(r, y * 0.12, [0, y * 0.82, 0], PAINT.shell)
  mesh.cylinder(r * 1.04, 0.2, [0, 0.1, 0], PAINT.base, 'y', 24)
  for (let i = 0; i < 3; i++) {
    const a = (i * 2 * Math.PI) / 3
    mesh.cylinder(0.09, y * 0.16, [Math.cos(a) * r * 0.5, y * 0.95, Math.sin(a) * r * 0.5], PAINT.brick, 'y', 10)
    mesh.cylinder(0.03, y * 0.24, [Math.cos(a) * r * 0.5, y * 0.98, Math.sin(a) * r * 0.5], PAINT.copper, 'y', 8)
  }
  for (const share of [0.2, 0.45, 0.7]) mesh.ring(r + 0.01, 0.03, [0, y * share, 0], PAINT.frame)
  mesh.box([x * 0.5, y * 0.22, 0.12], [0, y * 0.4, r], PAINT.screen)
}

/** The upper drum, lying across the boiler. */
export function drum(mesh: Mesh, { x, y }: Size): void {
  const r = y * 0.44
  mesh.cylinder(r, x, [0, r + 0.06, 0], PAINT.steel, 'x', 24)
  for (const side of [-1, 1]) mesh.cylinder(r * 0.98, 0.22, [(side * x) / 2, r + 0.06, 0], PAINT.flange, 'x', 24, r * 0.5)
  for (const side of [-0.3, 0.3]) mesh.box([0.12, 0.3, y], [side * x, 0.12, 0], PAINT.base)
}

/** An inclined belt from the floor in front up to the hopper. */
export function conveyor(mesh: Mesh, { x, y, z }: Size): void {
  const steps = 12
  for (let i = 0; i < steps; i++) {
    const share = (i + 0.5) / steps
    mesh.box([x * 0.7, 0.12, (z / steps) * 1.15], [0, 0.35 + share * (y - 0.5), z / 2 - share * z], i % 2 ? PAINT.gasket : PAINT.wood)
    for (const side of [-1, 1]) mesh.box([0.06, 0.3, (z / steps) * 1.3], [(side * x) / 2.4, 0.38 + share * (y - 0.5), z / 2 - share * z], PAINT.actuator)
  }
  for (const share of [0.3, 0.75]) mesh.box([x, y * share, 0.1], [0, (y * share) / 2, z / 2 - share * z], PAINT.base)
}

export function deduster(mesh: Mesh, { x, y, z }: Size): void {
  for (const side of [-1, 1]) for (const end of [-1, 1]) mesh.box([0.14, y * 0.4, 0.14], [(side * x) / 2.3, y * 0.2, (end * z) / 2.3], PAINT.base)
  mesh.box([x, y * 0.5, z], [0, y * 0.65, 0], PAINT.shell)
  for (const side of [-0.25, 0.25]) mesh.cylinder(0.12, y * 0.24, [side * x, y * 0.28, 0], PAINT.shell, 'y', 12, x * 0.24)
  mesh.box([x * 1.02, y * 0.1, z * 1.02], [0, y * 0.95, 0], PAINT.frame)
  for (let i = 0; i < 4; i++) mesh.cylinder(0.08, 0.24, [-x * 0.36 + i * x * 0.24, y * 1.02, 0], PAINT.steel, 'y', 8)
}

export function scrubber(mesh: Mesh, { x, y }: Size): void {
  const r = x / 2
  mesh.cylinder(r, y * 0.62, [0, y * 0.31, 0], PAINT.tank, 'y', 28)
  mesh.cylinder(r, y * 0.14, [0, y * 0.69, 0], PAINT.tank, 'y', 28, r * 0.5)
  mesh.cylinder(r * 0.5, y * 0.24, [0, y * 0.88, 0], PAINT.tank, 'y', 20)
  for (let i = 1; i < 4; i++) mesh.ring(r + 0.02, 0.06, [0, y * 0.16 * i, 0], PAINT.steel, 'y', 28)
}

export function fan(mesh: Mesh, { x, y, z }: Size): void {
  const r = y * 0.4
  mesh.cylinder(r, z * 0.5, [0, y * 0.5, 0], PAINT.volute, 'z', 28)
  mesh.cylinder(r * 0.5, z * 0.3, [0, y * 0.5, z * 0.38], PAINT.flange, 'z', 20, r * 0.4)
  mesh.box([r * 0.8, r * 0.9, z * 0.5], [0, y * 0.8, -z * 0.2], PAINT.volute)
  mesh.cylinder(r * 0.42, x * 0.36, [x * 0.44, y * 0.5, 0], PAINT.motor, 'x', 18)
  mesh.box([x, 0.16, z], [0, 0.08, 0], PAINT.base)
}

export function fanRotor(mesh: Mesh, { y }: Size): void {
  for (let i = 0; i < 4; i++) {
    const a = (i * Math.PI) / 4
    mesh.box([y * 0.36 * Math.abs(Math.cos(a)) + 0.05, y * 0.36 * Math.abs(Math.sin(a)) + 0.05, 0.04], [0, 0, 0], PAINT.white)
  }
}

export function chimney(mesh: Mesh, { x, y }: Size): void {
  const r = x / 2
  const paint = r < 0.2 ? PAINT.steel : PAINT.concrete
  mesh.cylinder(r, y, [0, y / 2, 0], paint, 'y', 24, r * 0.72)
  if (r < 0.2) return
  mesh.cylinder(r * 1.3, 0.5, [0, 0.25, 0], PAINT.base, 'y', 24)
  for (const share of [0.78, 0.88, 0.97]) mesh.cylinder(r * (1 - share * 0.28) + 0.03, y * 0.045, [0, y * share, 0], PAINT.stripe, 'y', 24)
}

export function silo(mesh: Mesh, { x, y }: Size): void {
  const r = x / 2
  mesh.cylinder(r, y * 0.62, [0, y * 0.64, 0], PAINT.wood, 'y', 24)
  mesh.cylinder(r * 0.2, y * 0.24, [0, y * 0.21, 0], PAINT.wood, 'y', 24, r)
  mesh.cylinder(r * 1.02, y * 0.06, [0, y * 0.97, 0], PAINT.base, 'y', 24)
  for (let i = 0; i < 4; i++) {
    const a = (i * Math.PI) / 2 + Math.PI / 4
    mesh.box([0.09, y * 0.36, 0.09], [Math.cos(a) * r * 0.9, y * 0.18, Math.sin(a) * r * 0.9], PAINT.base)
  }
}

export function gasStation(mesh: Mesh, { x, y, z }: Size): void {
  mesh.box([x, y * 0.9, z], [0, y * 0.48, 0], PAINT.actuator)
  mesh.box([x * 0.94, y * 0.7, 0.02], [0, y * 0.5, z / 2 + 0.005], PAINT.cabinet)
  mesh.box([0.02, y * 0.7, 0.03], [0, y * 0.5, z / 2 + 0.01], PAINT.dark)
  mesh.cylinder(0.09, 0.3, [x / 2 + 0.05, 0.9, 0], PAINT.actuator, 'x', 12)
  flange(mesh, 0.09, [x / 2 + 0.02, 0.9, 0])
}

export function transformer(mesh: Mesh, { x, y, z }: Size): void {
  mesh.box([x * 0.7, y * 0.6, z * 0.7], [0, y * 0.36, 0], PAINT.motor)
  for (let i = 0; i < 9; i++) for (const side of [-1, 1]) mesh.box([0.05, y * 0.5, z * 0.14], [-x * 0.3 + (i * x * 0.6) / 8, y * 0.36, side * z * 0.43], PAINT.motor)
  for (let i = 0; i < 3; i++) {
    mesh.cylinder(0.1, y * 0.3, [-x * 0.22 + i * x * 0.22, y * 0.8, 0], PAINT.brick, 'y', 10, 0.05)
    mesh.cylinder(0.03, 0.2, [-x * 0.22 + i * x * 0.22, y, 0], PAINT.copper, 'y', 6)
  }
  mesh.cylinder(0.16, x * 0.5, [0, y * 0.76, -z * 0.3], PAINT.motor, 'x', 14)
}
