/** A compiled shader program and where its uniforms are. */

export class ShaderError extends Error {}

export interface Program {
  program: WebGLProgram
  uniform: (name: string) => WebGLUniformLocation | null
}

export function compile(gl: WebGL2RenderingContext, vertex: string, fragment: string): Program {
  const program = gl.createProgram()
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type)
    if (!shader) throw new ShaderError('no shader could be created')
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) {
      throw new ShaderError(gl.getShaderInfoLog(shader) ?? 'a shader does not compile')
    }
    gl.deleteShader(shader) // goes with the program
  }
  gl.linkProgram(program)
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new ShaderError(gl.getProgramInfoLog(program) ?? 'the program does not link')
  }
  const found = new Map<string, WebGLUniformLocation | null>()
  return {
    program,
    uniform: (name) => {
      if (!found.has(name)) found.set(name, gl.getUniformLocation(program, name))
      return found.get(name) ?? null
    },
  }
}
