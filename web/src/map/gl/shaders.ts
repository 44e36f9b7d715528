/** The shader sources of the three drawings.  Plain uniforms only: uniform blocks would meet MapLibre's own. */

/** Objects per row of the state texture. */
export const STATE_WIDTH = 1024

/** Points smaller than this have no glow and are drawn as point sprites: a quarter of the vertices. */
export const SPRITE_RADIUS_PX = 2.5

/** Bits of an object's second byte. */
export const FLAG = { hover: 1, selected: 2, filtered: 4, pulse: 8, traced: 16, affected: 32 } as const

const HEAD = `#version 300 es
precision highp float;
precision highp int;
uniform mat4 u_matrix;
uniform highp sampler2D u_state;
uniform highp sampler2D u_palette;
uniform vec2 u_half;      // half of the target in pixels
uniform vec3 u_own;       // the layer's own colour
uniform float u_size;     // pixels
uniform float u_pulse;    // 0..1
uniform int u_pick;       // layer code + 1 while picking, else 0
uniform float u_dim;      // 1 while a trace is shown: what is not part of it steps back
uniform float u_tint;     // how much of a weak cover (a normal state) this layer takes
flat out vec4 v_pick;

struct Look { vec3 colour; float strength; float attention; bool hidden; float solid; };

vec4 pickColour(uint id) {
  return vec4(float(id & 255u), float((id >> 8) & 255u), float((id >> 16) & 255u), float(u_pick)) / 255.0;
}
Look lookOf(uint id, vec3 own) {
  vec2 pair = texelFetch(u_state, ivec2(int(id) & ${STATE_WIDTH - 1}, int(id) >> 10), 0).rg * 255.0;
  int state = int(pair.r + 0.5);
  int flags = int(pair.g + 0.5);
  vec4 cover = texelFetch(u_palette, ivec2(state, 0), 0);
  if (cover.a < 0.5) cover.a = min(1.0, cover.a * u_tint);
  vec3 colour = mix(own, cover.rgb, cover.a);
  float attention = (flags & ${FLAG.pulse}) != 0 ? u_pulse : 0.0;
  colour = mix(colour, vec3(1.0), attention * 0.7);
  bool part = (flags & ${FLAG.traced | FLAG.affected}) != 0;
  if ((flags & ${FLAG.affected}) != 0) colour = mix(colour, vec3(1.0, 0.55, 0.16), 0.82);
  else if (part) colour = mix(colour, vec3(0.36, 0.95, 1.0), 0.85);
  else if (u_dim > 0.0) colour = mix(colour, vec3(0.05, 0.09, 0.15), 0.74 * u_dim);
  if ((flags & ${FLAG.hover}) != 0) colour = mix(colour, vec3(1.0), 0.35);
  if ((flags & ${FLAG.selected}) != 0) colour = mix(colour, vec3(0.75, 0.97, 1.0), 0.75);
  float raised = (flags & ${FLAG.selected | FLAG.hover}) != 0 ? 1.0 : part ? 0.7 : 0.0;
  float solid = part ? 1.0 : 1.0 - 0.65 * u_dim;
  return Look(colour, cover.a, max(attention, raised), (flags & ${FLAG.filtered}) != 0, solid);
}
const vec4 NOWHERE = vec4(2.0, 2.0, 2.0, 1.0);
`

export const BUILDING_VERTEX = `${HEAD}
uniform float u_rise;     // 0 flat .. 1 full height
uniform vec3 u_sun;
layout(location = 0) in vec2 a_place;
layout(location = 1) in float a_height_dm;
layout(location = 2) in vec2 a_normal;
layout(location = 3) in uint a_id;
out vec3 v_colour;
out float v_height_m;
flat out float v_wall;
void main() {
  Look look = lookOf(a_id, u_own);
  if (look.hidden) { gl_Position = NOWHERE; return; }
  float height = a_height_dm * 0.1;
  gl_Position = u_matrix * vec4(a_place, height * u_rise, 1.0);
  bool roof = a_normal == vec2(0.0);
  float light = roof ? 1.0 : 0.52 + 0.30 * dot(a_normal, u_sun.xy);
  // The street lies in shadow: walls darken towards their foot, as ambient occlusion would have it.
  if (!roof && a_height_dm < 0.5) light *= 0.55;
  v_colour = look.colour * light + look.colour * look.strength * 0.10;
  v_height_m = height;
  v_wall = roof ? 0.0 : 1.0;
  v_pick = pickColour(a_id);
}`

export const BUILDING_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
uniform int u_pick;
uniform float u_detail;   // 0..1: storeys drawn on walls
in vec3 v_colour;
in float v_height_m;
flat in float v_wall;
flat in vec4 v_pick;
out vec4 o_colour;
void main() {
  if (u_pick > 0) { o_colour = v_pick; return; }
  float storey = fract(v_height_m / 3.0);
  float band = smoothstep(0.30, 0.42, storey) * (1.0 - smoothstep(0.72, 0.84, storey));
  o_colour = vec4(v_colour * (1.0 + v_wall * u_detail * (0.30 * band - 0.10)), 1.0);
}`

export const LINE_VERTEX = `${HEAD}
uniform vec3 u_media[3];
layout(location = 0) in vec2 a_corner;
layout(location = 1) in vec4 a_ends;
layout(location = 2) in uint a_packed;
out vec3 v_colour;
out float v_across;       // pixels from the axis
flat out float v_core;    // half width of the core in pixels
flat out float v_solid;   // pipes outside a trace let those inside shine through
void main() {
  uint id = a_packed & 0xffffffu;
  uint medium = min((a_packed >> 24) & 3u, 2u);
  float diameter = float(a_packed >> 26);
  Look look = lookOf(id, u_media[medium]);
  vec4 a = u_matrix * vec4(a_ends.xy, 0.0, 1.0);
  vec4 b = u_matrix * vec4(a_ends.zw, 0.0, 1.0);
  const float NEAR = 0.001;
  if (look.hidden || (a.w < NEAR && b.w < NEAR)) { gl_Position = NOWHERE; return; }
  if (a.w < NEAR) a = mix(a, b, (NEAR - a.w) / (b.w - a.w));
  if (b.w < NEAR) b = mix(b, a, (NEAR - b.w) / (a.w - b.w));
  vec2 along = b.xy / b.w * u_half - a.xy / a.w * u_half;
  float run = length(along);
  along = run > 0.0 ? along / run : vec2(1.0, 0.0);
  float core = 0.5 * u_size * (medium == 0u ? 1.9 : medium == 1u ? 1.25 : 0.75) * (0.7 + 0.11 * diameter);
  core = max(core, 0.45) + look.attention;
  float reach = u_pick > 0 ? core + 1.5 : core + max(1.0, core * 1.4);
  vec4 end = a_corner.x < 0.5 ? a : b;
  vec2 shift = vec2(-along.y, along.x) * a_corner.y * reach + along * (a_corner.x * 2.0 - 1.0) * core * 0.5;
  gl_Position = end + vec4(shift / u_half * end.w, 0.0, 0.0);
  v_colour = look.colour;
  v_solid = look.solid;
  v_across = a_corner.y * reach;
  v_core = core;
  v_pick = pickColour(id);
}`

export const LINE_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
uniform int u_pick;
in vec3 v_colour;
in float v_across;
flat in float v_core;
flat in float v_solid;
flat in vec4 v_pick;
out vec4 o_colour;
void main() {
  if (u_pick > 0) { o_colour = v_pick; return; }
  float off = abs(v_across);
  float core = 1.0 - smoothstep(v_core - 0.5, v_core + 0.5, off);
  float glow = 0.28 * (1.0 - smoothstep(0.0, v_core * 2.4 + 1.0, off));
  float cover = max(core * min(1.0, v_core + 0.5), glow);
  o_colour = vec4(v_colour * cover, max(core * min(1.0, v_core + 0.5), glow * 0.6)) * v_solid;
}`

export const DISC_VERTEX = `${HEAD}
layout(location = 0) in vec2 a_corner;
layout(location = 1) in vec2 a_place;
layout(location = 2) in uint a_id;
out vec3 v_colour;
out vec2 v_at;
flat out float v_radius;
flat out float v_reach;   // half the side of a point sprite; 0 for a quad
uniform int u_sprite;     // 1: one vertex a point (cheap, small points); 0: a quad
void main() {
  gl_PointSize = 1.0;
  vec4 centre = u_matrix * vec4(a_place, 0.0, 1.0);
  Look look = lookOf(a_id, u_own);
  if (look.hidden) { gl_Position = NOWHERE; return; }
  v_radius = u_size * (1.0 + 0.5 * look.attention);
  float reach = u_pick > 0 ? v_radius + 1.5 : v_radius < ${SPRITE_RADIUS_PX.toFixed(1)} ? v_radius + 1.0 : v_radius * 1.7 + 1.0;
  gl_Position = centre + vec4(a_corner * reach / u_half * centre.w, 0.0, 0.0);
  v_at = a_corner * reach;
  v_reach = u_sprite > 0 ? reach : 0.0;
  gl_PointSize = 2.0 * reach;
  v_colour = look.colour;
  v_pick = pickColour(a_id);
}`

/** Shapes tell the kinds apart without colour: 0 disc, 1 square, 2 diamond, 3 hexagon. */
export const DISC_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
uniform int u_pick;
uniform int u_shape;
in vec3 v_colour;
in vec2 v_at;
flat in float v_radius;
flat in float v_reach;
flat in vec4 v_pick;
out vec4 o_colour;
float outline(vec2 p) {
  vec2 q = abs(p);
  if (u_shape == 1) return max(q.x, q.y) * 1.12;
  if (u_shape == 2) return (q.x + q.y) * 0.82;
  if (u_shape == 3) return max(q.y, q.x * 0.866 + q.y * 0.5) * 1.06;
  return length(p);
}
void main() {
  vec2 at = v_reach > 0.0 ? (gl_PointCoord * 2.0 - 1.0) * v_reach : v_at;
  float off = outline(at);
  if (u_pick > 0) { if (off > v_radius + 1.5) discard; o_colour = v_pick; return; }
  float body = 1.0 - smoothstep(v_radius - 0.8, v_radius + 0.2, off);
  if (v_radius < ${SPRITE_RADIUS_PX.toFixed(1)}) { o_colour = vec4(v_colour * 1.08 * body, body); return; }
  float rim = smoothstep(v_radius * 0.62, v_radius * 0.62 + 1.0, off);
  float glow = 0.32 * (1.0 - smoothstep(v_radius * 0.8, v_radius * 1.7 + 1.0, length(at)));
  vec3 fill = mix(v_colour * 1.08, mix(v_colour, vec3(0.02, 0.06, 0.12), 0.72), rim);
  float edge = body * smoothstep(v_radius - 1.9, v_radius - 0.9, off);
  fill = mix(fill, v_colour, edge);
  o_colour = vec4(fill * body + v_colour * glow * (1.0 - body), max(body, glow * 0.7));
}`
