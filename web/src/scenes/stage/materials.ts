/** How surfaces are lit and how state reaches them: each vertex names a row of a small table that is a texture. */
import { DataTexture, FloatType, MeshLambertMaterial, MeshStandardMaterial, NearestFilter, RGBAFormat, type IUniform } from 'three'

/** Four numbers a row, read by shaders. */
export class StateTable {
  readonly texture: DataTexture
  private readonly values: Float32Array

  constructor(rows: number) {
    this.values = new Float32Array(4 * Math.max(1, rows))
    this.texture = new DataTexture(this.values, Math.max(1, rows), 1, RGBAFormat, FloatType)
    this.texture.minFilter = this.texture.magFilter = NearestFilter
    this.texture.needsUpdate = true
  }

  set(row: number, values: readonly [number, number, number, number]): void {
    this.values.set(values, row * 4)
    this.texture.needsUpdate = true
  }
}

export interface Clocked {
  time: IUniform<number>
}

const VERTEX_HEAD = 'attribute vec4 paint;\nattribute float row;\nattribute float along;\nvarying vec4 vPaint;\nvarying float vAlong;\nflat varying vec4 vState;\nuniform sampler2D states;\n'
const VERTEX_BODY = '#include <begin_vertex>\nvPaint = paint; vAlong = along; vState = texelFetch(states, ivec2(int(row + 0.5), 0), 0);'
const FRAGMENT_HEAD = 'varying vec4 vPaint;\nvarying float vAlong;\nflat varying vec4 vState;\nuniform float time;\n'

/** Equipment: painted per vertex; the state adds light of its colour, and pulses where its fourth number is 1. */
const EQUIPMENT = {
  colour: 'diffuseColor.rgb = pow(vPaint.rgb, vec3(2.2));',
  light: 'totalEmissiveRadiance += vState.rgb * (vState.a > 0.5 ? 0.55 + 0.45 * sin(time * 5.0) : 1.0);',
}
/** Pipes: the state is their colour and speed; bright heads with fading tails run in the direction of flow. */
const PIPE = {
  colour: `diffuseColor.rgb = pow(vState.rgb, vec3(2.2));
float wave = fract((vAlong - time * vState.a) / 1.5);
float head = vState.a > 0.0 ? wave * wave * wave * smoothstep(1.0, 0.96, wave) : 0.0;
diffuseColor.rgb = mix(diffuseColor.rgb, vec3(1.0, 0.97, 0.88), head * 0.6);`,
  light: 'totalEmissiveRadiance += diffuseColor.rgb * (0.06 + head * 0.35);',
}

/** Plain light on machines without a graphics card, physical elsewhere. */
export function painted(kind: 'equipment' | 'pipe', table: StateTable, clock: Clocked, isPhysical: boolean): MeshLambertMaterial | MeshStandardMaterial {
  const material = isPhysical ? new MeshStandardMaterial({ roughness: 0.5, metalness: 0.2 }) : new MeshLambertMaterial()
  const part = kind === 'pipe' ? PIPE : EQUIPMENT
  material.onBeforeCompile = (shader) => {
    shader.uniforms.states = { value: table.texture }
    shader.uniforms.time = clock.time
    shader.vertexShader = VERTEX_HEAD + shader.vertexShader.replace('#include <begin_vertex>', VERTEX_BODY)
    shader.fragmentShader =
      FRAGMENT_HEAD +
      shader.fragmentShader
        .replace('#include <color_fragment>', `#include <color_fragment>\n${part.colour}`)
        .replace('#include <roughnessmap_fragment>', '#include <roughnessmap_fragment>\nroughnessFactor = mix(0.85, 0.28, vPaint.a);')
        .replace('#include <metalnessmap_fragment>', '#include <metalnessmap_fragment>\nmetalnessFactor = vPaint.a * 0.75;')
        .replace('#include <emissivemap_fragment>', `#include <emissivemap_fragment>\n${part.light}`)
  }
  material.customProgramCacheKey = () => `${kind}-${isPhysical}`
  return material
}
