/** Short names for the generated schemas that many pages use. */
import type { components } from './schema'

export type Schemas = components['schemas']
