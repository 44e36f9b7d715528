/** The colours of a plant: what equipment is usually painted, and how it shines. */
import type { Paint } from './mesh'

const paint = (colour: string, gloss: number): Paint => ({ colour, gloss })

export const PAINT = {
  steel: paint('#aab6c2', 0.75),
  frame: paint('#2d6cb5', 0.35),
  plate: paint('#cdd6de', 0.85),
  gasket: paint('#3a3f46', 0.1),
  motor: paint('#2b8f6f', 0.4),
  volute: paint('#3c5d7c', 0.45),
  base: paint('#56606d', 0.15),
  flange: paint('#8a97a4', 0.65),
  wheel: paint('#d9372c', 0.3),
  actuator: paint('#e2a12f', 0.3),
  tank: paint('#86b8cb', 0.6),
  cabinet: paint('#d7dde3', 0.25),
  screen: paint('#16324f', 0.5),
  dial: paint('#f5f7fa', 0.2),
  boiler: paint('#b9542f', 0.3),
  shell: paint('#c9ced4', 0.6),
  brick: paint('#8d5a45', 0.05),
  dark: paint('#2b3138', 0.2),
  fire: paint('#ff9a3c', 0.1),
  wood: paint('#a57a4a', 0.1),
  white: paint('#eef2f5', 0.3),
  collector: paint('#173a66', 0.7),
  copper: paint('#c77b4a', 0.6),
  concrete: paint('#8b949e', 0.05),
  stripe: paint('#d94836', 0.2),
  lamp: paint('#39d98a', 0.3),
} as const
