/** A mesh under construction as a buffer that the graphics card takes. */
import { BufferAttribute, BufferGeometry } from 'three'
import type { Mesh } from '../kit/mesh'

/** `isPlain`: colours as an ordinary attribute instead of paint and state. */
export function geometryOf(mesh: Mesh, isPlain = false): BufferGeometry {
  const geometry = new BufferGeometry()
  const { vertices } = mesh
  geometry.setAttribute('position', new BufferAttribute(mesh.positions.slice(0, vertices * 3), 3))
  geometry.setAttribute('normal', new BufferAttribute(mesh.normals.slice(0, vertices * 3), 3))
  if (isPlain) geometry.setAttribute('color', new BufferAttribute(linearColours(mesh), 3))
  else {
    geometry.setAttribute('paint', new BufferAttribute(mesh.paints.slice(0, vertices * 4), 4, true))
    geometry.setAttribute('row', new BufferAttribute(mesh.rows.slice(0, vertices), 1))
    geometry.setAttribute('along', new BufferAttribute(mesh.along.slice(0, vertices), 1))
  }
  geometry.setIndex(new BufferAttribute(mesh.indices.slice(0, mesh.corners), 1))
  return geometry
}

function linearColours(mesh: Mesh): Float32Array {
  const colours = new Float32Array(mesh.vertices * 3)
  for (let i = 0; i < mesh.vertices; i++) for (let k = 0; k < 3; k++) colours[i * 3 + k] = (mesh.paints[i * 4 + k]! / 255) ** 2.2
  return colours
}
