/** What sits on pipes: flanges, valves, strainers, meters, gauges.  Each is centred on its pipe, which runs along x. */
import type { Vec3 } from '../declaration'
import type { Mesh} from './mesh';
import { type Axis } from './mesh'
import { PAINT } from './paints'

export function flange(mesh: Mesh, r: number, at: Vec3, axis: Axis = 'x'): void {
  const thick = Math.max(0.025, r * 0.35)
  mesh.cylinder(r * 1.6, thick, at, PAINT.flange, axis, 18)
  for (let i = 0; i < 6; i++) {
    const a = (i * Math.PI) / 3
    const [c, s] = [Math.cos(a) * r * 1.33, Math.sin(a) * r * 1.33]
    const bolt: Vec3 = axis === 'x' ? [0, c, s] : axis === 'y' ? [c, 0, s] : [c, s, 0]
    mesh.cylinder(r * 0.14, thick * 1.9, [at[0] + bolt[0], at[1] + bolt[1], at[2] + bolt[2]], PAINT.steel, axis, 5)
  }
}

function flanged(mesh: Mesh, r: number, half: number): void {
  flange(mesh, r, [-half, 0, 0])
  flange(mesh, r, [half, 0, 0])
}

function handwheel(mesh: Mesh, r: number, y: number): void {
  mesh.ring(r * 1.5, r * 0.16, [0, y, 0], PAINT.wheel, 'y', 18)
  mesh.box([r * 2.9, r * 0.14, r * 0.14], [0, y, 0], PAINT.wheel)
  mesh.box([r * 0.14, r * 0.14, r * 2.9], [0, y, 0], PAINT.wheel)
}

export function shutoffValve(mesh: Mesh, r: number): void {
  mesh.ball(r * 1.45, [0, 0, 0], PAINT.volute)
  flanged(mesh, r, r * 1.7)
  mesh.cylinder(r * 0.42, r * 1.6, [0, r * 1.9, 0], PAINT.volute, 'y', 10)
  mesh.cylinder(r * 0.16, r * 1.6, [0, r * 3, 0], PAINT.steel, 'y', 8)
  handwheel(mesh, r, r * 3.6)
}

export function controlValve(mesh: Mesh, r: number): void {
  mesh.ball(r * 1.45, [0, 0, 0], PAINT.volute)
  flanged(mesh, r, r * 1.8)
  mesh.cylinder(r * 0.5, r * 1.6, [0, r * 1.9, 0], PAINT.steel, 'y', 10)
  for (const x of [-0.6, 0.6]) mesh.cylinder(r * 0.12, r * 1.6, [x * r, r * 3, 0], PAINT.steel, 'y', 6)
  mesh.box([r * 2.3, r * 1.9, r * 1.9], [0, r * 4.4, 0], PAINT.actuator)
  mesh.cylinder(r * 0.7, r * 0.4, [0, r * 5.5, 0], PAINT.dark, 'y', 14)
  mesh.box([r * 0.9, r * 0.6, r * 0.1], [0, r * 4.5, r * 0.98], PAINT.screen)
}

export function strainer(mesh: Mesh, r: number): void {
  mesh.cylinder(r * 1.35, r * 3.2, [0, 0, 0], PAINT.volute, 'x', 16)
  flanged(mesh, r, r * 1.8)
  mesh.cylinder(r * 1.2, r * 2.2, [r * 0.3, -r * 1.1, 0], PAINT.volute, 'y', 16)
  mesh.cylinder(r * 1.5, r * 0.3, [r * 0.3, -r * 2.25, 0], PAINT.flange, 'y', 16)
}

export function flowMeter(mesh: Mesh, r: number): void {
  mesh.cylinder(r * 1.5, r * 2.2, [0, 0, 0], PAINT.frame, 'x', 18)
  flanged(mesh, r, r * 1.5)
  mesh.cylinder(r * 0.3, r * 1.6, [0, r * 2, 0], PAINT.steel, 'y', 8)
  mesh.box([r * 1.8, r * 1.4, r * 1.2], [0, r * 3.3, 0], PAINT.cabinet)
  mesh.box([r * 1.3, r * 0.8, r * 0.08], [0, r * 3.4, r * 0.62], PAINT.screen)
}

export function heatMeter(mesh: Mesh, r: number): void {
  flowMeter(mesh, r)
  for (const x of [-0.9, 0.9]) mesh.cylinder(r * 0.13, r * 1.6, [x * r, r * 1.6, -r * 0.4], PAINT.copper, 'y', 6)
}

export function gauge(mesh: Mesh, r: number): void {
  const stem = r + 0.24
  mesh.cylinder(0.016, 0.26, [0, r + 0.12, 0], PAINT.steel, 'y', 6)
  mesh.cylinder(0.11, 0.06, [0, stem + 0.1, 0.03], PAINT.steel, 'z', 18)
  mesh.cylinder(0.092, 0.064, [0, stem + 0.1, 0.033], PAINT.dial, 'z', 18)
  mesh.box([0.012, 0.085, 0.012], [0.02, stem + 0.125, 0.068], PAINT.wheel)
  mesh.cylinder(0.03, 0.16, [0.2, r + 0.06, 0], PAINT.copper, 'y', 8)
  mesh.box([0.1, 0.12, 0.1], [0.2, r + 0.2, 0], PAINT.actuator)
}

export function safetyValve(mesh: Mesh, r: number): void {
  mesh.cylinder(r * 0.7, 0.16, [0, 0.08, 0], PAINT.volute, 'y', 10)
  mesh.cylinder(r, 0.22, [0, 0.27, 0], PAINT.wheel, 'y', 12)
  mesh.cylinder(r * 0.5, 0.22, [0.12, 0.12, 0], PAINT.volute, 'x', 10)
  mesh.cylinder(r * 0.3, 0.08, [0, 0.42, 0], PAINT.steel, 'y', 8)
}
