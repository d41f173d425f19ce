// The picture of a plane, by a shader: hue by the phase, light by the density, the potential as relief. Without WebGL 2, pixel by pixel.
import { color, contextOf, FONT, text, ticks } from "./draw.js";
import { indexOf, PHASES } from "./phase.js";
import { half } from "../engine/wire.js";

const VERTEX = `#version 300 es
in vec2 corner; out vec2 place;
void main() { place = corner * 0.5 + 0.5; gl_Position = vec4(corner, 0.0, 1.0); }`;
const FRAGMENT = `#version 300 es
precision highp float; precision highp sampler2D;
in vec2 place; out vec4 shown;
uniform sampler2D wave, hills, phases; uniform float gain; uniform vec3 ground, stone;
void main() {
  vec2 size = vec2(textureSize(wave, 0)), p = place * size - 0.5, f = fract(p); ivec2 c = ivec2(floor(p)), last = ivec2(size) - 1;
  vec2 a = texelFetch(wave, clamp(c, ivec2(0), last), 0).xy, b = texelFetch(wave, clamp(c + ivec2(1, 0), ivec2(0), last), 0).xy;
  vec2 d = texelFetch(wave, clamp(c + ivec2(0, 1), ivec2(0), last), 0).xy, e = texelFetch(wave, clamp(c + ivec2(1, 1), ivec2(0), last), 0).xy;
  vec2 psi = mix(mix(a, b, f.x), mix(d, e, f.x), f.y);
  float strength = clamp(pow(length(psi) * gain, 0.8), 0.0, 1.0);
  float turn = atan(psi.y, psi.x) / 6.28318530718;
  vec3 hue = texture(phases, vec2(fract(turn) + 0.5 / 256.0, 0.5)).rgb;
  hue = pow(hue, vec3(0.72));
  float hill = texture(hills, place).r;
  vec3 base = mix(ground, stone, smoothstep(0.02, 0.75, hill));
  shown = vec4(mix(base, hue, strength), 1.0);
}`;

const GROUND = [0.043, 0.051, 0.075], STONE = [0.42, 0.46, 0.52];

export class Plane {
  constructor(canvas, over) {
    this.canvas = canvas;
    this.over = over;
    this.gain = 1;
    this.gl = canvas.getContext("webgl2", { antialias: false, preserveDrawingBuffer: true });
    if (this.gl) this.prepare();
  }

  prepare() {
    const gl = this.gl, program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) { this.gl = null; return; }
    gl.useProgram(program);
    const corners = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, corners);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW);
    const place = gl.getAttribLocation(program, "corner");
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, 2, gl.FLOAT, false, 0, 0);
    this.uniform = (name) => gl.getUniformLocation(program, name);
    this.textures = ["wave", "hills", "phases"].map((name, unit) => {
      const texture = gl.createTexture();
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, texture);
      const filter = name === "hills" ? gl.LINEAR : gl.NEAREST;
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, filter);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, filter);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, name === "phases" ? gl.REPEAT : gl.CLAMP_TO_EDGE);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
      gl.uniform1i(this.uniform(name), unit);
      return texture;
    });
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.activeTexture(gl.TEXTURE2);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB8, 256, 1, 0, gl.RGB, gl.UNSIGNED_BYTE, PHASES);
  }

  scene(scene) {
    this.window = scene.window;
    this.first = null;
    const largest = scene.data.potential.reduce((a, b) => Math.max(a, b), 0) || 1;
    this.hills = { columns: scene.columns, rows: scene.rows, data: Uint8Array.from(scene.data.potential, (v) => Math.round((255 * Math.max(v, 0)) / largest)) };
    if (!this.gl) return;
    const gl = this.gl;
    gl.activeTexture(gl.TEXTURE1);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, scene.columns, scene.rows, 0, gl.RED, gl.UNSIGNED_BYTE, this.hills.data);
  }

  // The box of the plane in the canvas, with equal scales.
  place(width, height) {
    const [[left, right], [low, high]] = this.window;
    const room = { width: width - 62, height: height - 34 };
    const scale = Math.min(room.width / (right - left), room.height / (high - low));
    const across = scale * (right - left), up = scale * (high - low);
    return { left: 50 + (room.width - across) / 2, top: 4 + (room.height - up) / 2, width: across, height: up, scale };
  }

  paint(state) {
    const { frame, scenario } = state;
    const drawn = contextOf(this.over);
    if (!drawn || !frame || !this.window) return;
    const { context, width, height } = drawn;
    const box = this.place(width, height);
    const style = this.canvas.style;
    style.left = `${box.left}px`;
    style.top = `${box.top}px`;
    style.width = `${box.width}px`;
    style.height = `${box.height}px`;
    style.right = style.bottom = "auto";
    style.borderRadius = "8px";
    const peak = frame.numbers[frame.numbers.length - 1];
    this.first = Math.max(this.first || 0, peak);
    const gain = (2.6 * peak) / this.first;
    const ratio = Math.min(devicePixelRatio || 1, 2), across = Math.round(box.width * ratio), down = Math.round(box.height * ratio);
    if (this.canvas.width !== across || this.canvas.height !== down) { this.canvas.width = across; this.canvas.height = down; }
    if (this.gl) this.shade(frame, gain, across, down);
    else this.pixels(frame, gain);
    context.font = `13px ${FONT}`;
    context.fillStyle = color("soft");
    context.textAlign = "center";
    context.textBaseline = "top";
    const [[left, right], [low, high]] = this.window;
    const unit = scenario.units.length ? ` (${scenario.units.length})` : "";
    for (const x of ticks(left, right, Math.max(3, box.width / 100))) context.fillText(text(x), box.left + (x - left) * box.scale, box.top + box.height + 7);
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const y of ticks(low, high, Math.max(3, box.height / 70))) context.fillText(text(y), box.left - 7, box.top + box.height - (y - low) * box.scale);
    context.textAlign = "left";
    context.textBaseline = "top";
    context.fillText(`x${unit}`, box.left + box.width + 6, box.top + box.height + 7);
    context.fillText(`y${unit}`, Math.max(2, box.left - 46), box.top - 2);
  }

  shade(frame, gain, width, height) {
    const gl = this.gl;
    gl.viewport(0, 0, width, height);
    gl.activeTexture(gl.TEXTURE0);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RG16F, frame.columns, frame.rows, 0, gl.RG, gl.HALF_FLOAT, frame.psi);
    gl.uniform1f(this.uniform("gain"), gain);
    gl.uniform3fv(this.uniform("ground"), GROUND);
    gl.uniform3fv(this.uniform("stone"), STONE);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  pixels(frame, gain) {
    const { columns, rows, psi } = frame, small = (this.small ||= document.createElement("canvas"));
    small.width = columns;
    small.height = rows;
    const context = small.getContext("2d"), image = context.createImageData(columns, rows);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const n = 2 * (row * columns + column), re = half(psi[n]), im = half(psi[n + 1]);
        const strength = Math.min(1, Math.hypot(re, im) * gain) ** 0.8, index = 3 * indexOf(re, im);
        const hill = this.hills.data[Math.floor((row * this.hills.rows) / rows) * this.hills.columns + Math.floor((column * this.hills.columns) / columns)] / 255;
        const at = 4 * ((rows - 1 - row) * columns + column);
        for (let c = 0; c < 3; c++) {
          const base = 255 * (GROUND[c] + (STONE[c] - GROUND[c]) * hill);
          image.data[at + c] = base + strength * (255 * (PHASES[index + c] / 255) ** 0.72 - base);
        }
        image.data[at + 3] = 255;
      }
    context.putImageData(image, 0, 0);
    const target = this.canvas.getContext("2d");
    target.imageSmoothingQuality = "high";
    target.drawImage(small, 0, 0, this.canvas.width, this.canvas.height);
  }
}
