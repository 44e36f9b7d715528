/** Where a coordinate lies on the drawing plane: metres east and south of an origin, as MapLibre's mercator has them. */

const EARTH_CIRCUMFERENCE_M = 2 * Math.PI * 6_371_008.8

export interface Plane {
  /** Origin in mercator units (the world is 1 × 1). */
  x: number
  y: number
  /** Mercator units per metre at the origin's latitude. */
  unitsPerMetre: number
}

const mercatorX = (longitude: number): number => longitude / 360 + 0.5
const mercatorY = (latitude: number): number =>
  0.5 - Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360)) / (2 * Math.PI)

export function planeAt(longitude: number, latitude: number): Plane {
  const unitsPerMetre = 1 / (EARTH_CIRCUMFERENCE_M * Math.cos((latitude * Math.PI) / 180))
  return { x: mercatorX(longitude), y: mercatorY(latitude), unitsPerMetre }
}

/** Interleaved x, y in metres of micro-degree coordinates; float32 is exact to a centimetre 100 km from the origin. */
export function project(plane: Plane, lon: Int32Array, lat: Int32Array): Float32Array {
  const xy = new Float32Array(lon.length * 2)
  for (let i = 0; i < lon.length; i++) {
    xy[2 * i] = (mercatorX(lon[i]! / 1e6) - plane.x) / plane.unitsPerMetre
    xy[2 * i + 1] = (mercatorY(lat[i]! / 1e6) - plane.y) / plane.unitsPerMetre
  }
  return xy
}

/** Matrix of metres on the plane to clip space, from MapLibre's matrix of mercator units; computed in doubles. */
export function planeMatrix(main: ArrayLike<number>, plane: Plane): Float32Array {
  const matrix = new Float32Array(16)
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 3; column++) matrix[4 * column + row] = main[4 * column + row]! * plane.unitsPerMetre
    matrix[12 + row] = main[row]! * plane.x + main[4 + row]! * plane.y + main[12 + row]!
  }
  return matrix
}
