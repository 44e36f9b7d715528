/** How long is a line and how large an area on the ground?  On the ellipsoid of WGS-84, not on the flat map. */

export type LonLat = readonly [longitude: number, latitude: number]

const A = 6_378_137
const F = 1 / 298.257223563
const B = A * (1 - F)
const E2 = F * (2 - F)
const E = Math.sqrt(E2)
const MOST_STEPS = 100
const CLOSE = 1e-12
const EDGE_PART_M = 500
const MOST_PARTS = 400

const rad = (degrees: number): number => (degrees * Math.PI) / 180

/** Metres between two places along the shortest way (Vincenty 1975, to a millimetre; not for nearly opposite places). */
export function distanceM(from: LonLat, to: LonLat): number {
  const l = rad(to[0] - from[0])
  const u1 = Math.atan((1 - F) * Math.tan(rad(from[1])))
  const u2 = Math.atan((1 - F) * Math.tan(rad(to[1])))
  const [sinU1, cosU1, sinU2, cosU2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)]
  let lambda = l
  for (let step = 0; step < MOST_STEPS; step++) {
    const [sinL, cosL] = [Math.sin(lambda), Math.cos(lambda)]
    const sinS = Math.hypot(cosU2 * sinL, cosU1 * sinU2 - sinU1 * cosU2 * cosL)
    if (sinS === 0) return 0
    const cosS = sinU1 * sinU2 + cosU1 * cosU2 * cosL
    const sigma = Math.atan2(sinS, cosS)
    const sinA = (cosU1 * cosU2 * sinL) / sinS
    const cos2A = 1 - sinA * sinA
    const cos2M = cos2A === 0 ? 0 : cosS - (2 * sinU1 * sinU2) / cos2A
    const c = (F / 16) * cos2A * (4 + F * (4 - 3 * cos2A))
    const next = l + (1 - c) * F * sinA * (sigma + c * sinS * (cos2M + c * cosS * (2 * cos2M * cos2M - 1)))
    if (Math.abs(next - lambda) < CLOSE) {
      const k = (cos2A * (A * A - B * B)) / (B * B)
      const a = 1 + (k / 16384) * (4096 + k * (-768 + k * (320 - 175 * k)))
      const b = (k / 1024) * (256 + k * (-128 + k * (74 - 47 * k)))
      const inner = cosS * (2 * cos2M * cos2M - 1) - (b / 6) * cos2M * (4 * sinS * sinS - 3) * (4 * cos2M * cos2M - 3)
      return B * a * (sigma - b * sinS * (cos2M + (b / 4) * inner))
    }
    lambda = next
  }
  return Number.NaN
}

export function lengthM(line: readonly LonLat[]): number {
  return line.slice(1).reduce((sum, place, i) => sum + distanceM(line[i]!, place), 0)
}

/** Area under the sphere that has the ellipsoid's area: sin of the latitude on it, times its radius squared. */
function strip(latitude: number): number {
  const s = Math.sin(rad(latitude))
  return B * B * 0.5 * (s / (1 - E2 * s * s) + Math.atanh(E * s) / E)
}

/** Places along the great circle from one place towards another, both ends included. */
function along(from: LonLat, to: LonLat, parts: number): LonLat[] {
  const unit = ([lon, lat]: LonLat): number[] => [Math.cos(rad(lat)) * Math.cos(rad(lon)), Math.cos(rad(lat)) * Math.sin(rad(lon)), Math.sin(rad(lat))]
  const [a, b] = [unit(from), unit(to)]
  const places = Array.from({ length: parts - 1 }, (_, i): LonLat => {
    const share = (i + 1) / parts
    const [x, y, z] = a.map((value, k) => value * (1 - share) + b[k]! * share) as [number, number, number]
    return [(Math.atan2(y, x) * 180) / Math.PI, (Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI]
  })
  return [from, ...places, to]
}

/** Square metres inside a ring (not closed); its sides are shortest ways, cut into short pieces. */
export function areaM2(ring: readonly LonLat[]): number {
  if (ring.length < 3) return 0
  let sum = 0
  ring.forEach((from, i) => {
    const to = ring[(i + 1) % ring.length]!
    const places = along(from, to, Math.min(MOST_PARTS, Math.max(1, Math.ceil(distanceM(from, to) / EDGE_PART_M))))
    places.slice(1).forEach((next, k) => {
      const last = places[k]!
      // Simpson's rule over the piece
      const mean = (strip(last[1]) + 4 * strip((last[1] + next[1]) / 2) + strip(next[1])) / 6
      sum += rad(next[0] - last[0]) * mean
    })
  })
  return Math.abs(sum)
}

export function lengthText(metres: number): string {
  if (!Number.isFinite(metres)) return '—'
  return metres < 1_000 ? `${metres.toFixed(1)} m` : `${(metres / 1_000).toFixed(metres < 100_000 ? 3 : 1)} km`
}

export function areaText(squareMetres: number): string {
  if (squareMetres < 10_000) return `${squareMetres.toFixed(0)} m²`
  return squareMetres < 1e6 ? `${(squareMetres / 1e4).toFixed(3)} 公顷` : `${(squareMetres / 1e6).toFixed(3)} km²`
}
