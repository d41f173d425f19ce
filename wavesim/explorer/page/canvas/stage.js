// The picture of a line: the density with the colors of its phase on the ground of the potential, to scale on either axis.
import { color, contextOf, curve, FONT, knob, text, ticks } from "./draw.js";
import { indexOf, PHASES } from "./phase.js";

const DENSITY_TOP = 0.9;
const strip = document.createElement("canvas");
const stripContext = strip.getContext("2d", { willReadFrequently: true });

function layout(width, height) {
  const narrow = width < 520;
  return { left: 8, top: 14, width: width - (narrow ? 44 : 60), height: height - 44 };
}

// The colors of psi, one pixel for each column.
function colorsOf(psi, count) {
  if (strip.width !== count) { strip.width = count; strip.height = 1; }
  const image = stripContext.createImageData(count, 1);
  for (let n = 0; n < count; n++) {
    const index = 3 * indexOf(psi[2 * n], psi[2 * n + 1]);
    image.data[4 * n] = PHASES[index];
    image.data[4 * n + 1] = PHASES[index + 1];
    image.data[4 * n + 2] = PHASES[index + 2];
    image.data[4 * n + 3] = 255;
  }
  stripContext.putImageData(image, 0, 0);
}

export class Stage {
  constructor(canvas) {
    this.canvas = canvas;
    this.peak = 0;
    this.held = null;
    this.handles = [];
  }

  reset() { this.peak = 0; }

  paint(state) {
    const drawn = contextOf(this.canvas);
    const { scene, frame, scenario, view, energy } = state;
    if (!drawn || !scene || !scene.data.x) return;
    const { context, width, height } = drawn;
    const box = layout(width, height);
    const [low, high] = scene.window[0], [bottom, top] = scene.energies;
    const X = (x) => box.left + ((x - low) / (high - low)) * box.width;
    const Y = (e) => box.top + box.height - ((e - bottom) / (top - bottom)) * box.height;
    this.axes = { X, Y, box, scene };
    const base = box.top + box.height;
    context.save();
    context.beginPath();
    context.rect(box.left, 0, box.width, base + 1);
    context.clip();
    const xs = scene.data.x, potential = scene.data.potential;
    context.beginPath();
    context.moveTo(X(xs[0]), base + 4);
    for (let n = 0; n < xs.length; n++) context.lineTo(X(xs[n]), Math.max(-20, Y(potential[n])));
    context.lineTo(X(xs[xs.length - 1]), base + 4);
    context.closePath();
    context.fillStyle = color("hill");
    context.fill();
    if (bottom < 0) {
      context.strokeStyle = color("hair");
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(box.left, Y(0));
      context.lineTo(box.left + box.width, Y(0));
      context.stroke();
    }
    if (view === "stationary" && energy) this.forbidden(context, X, box, energy);
    if (view === "stationary") this.stationary(context, X, box, energy);
    else if (frame && view === "real") this.real(context, X, box, frame, scene);
    else if (frame) this.density(context, X, box, frame, scene);
    curve(context, xs, potential, X, (v) => Math.max(-20, Y(v)), { color: color("edge"), width: 1.8 });
    for (const [place, sign] of scene.spikes) this.spike(context, X(place), sign < 0 ? [Y(0), base] : [base, box.top + 24], sign);
    const level = view === "stationary" && energy ? energy.level : scene.level;
    context.setLineDash([7, 5]);
    context.strokeStyle = color("line-purple");
    context.lineWidth = 1.7;
    context.beginPath();
    context.moveTo(box.left, Y(level));
    context.lineTo(box.left + box.width, Y(level));
    context.stroke();
    context.setLineDash([]);
    context.font = `13px ${FONT}`;
    context.textAlign = "left";
    context.textBaseline = "bottom";
    const words = view === "stationary" ? "marked energy" : "mean energy";
    context.strokeStyle = color("card");
    context.lineWidth = 4;
    context.globalAlpha = 0.8;
    context.strokeText(words, box.left + 6, Y(level) - 4);
    context.globalAlpha = 1;
    context.fillStyle = color("purple");
    context.fillText(words, box.left + 6, Y(level) - 4);
    context.restore();
    this.frameAxes(context, X, Y, box, state, base);
    this.placeHandles(context, X, Y, box, state, level);
    if (frame && view !== "stationary") this.remarkOffScreen(context, box, state);
  }

  frameAxes(context, X, Y, box, state, base) {
    const { scene, scenario } = state;
    context.strokeStyle = color("ink");
    context.lineWidth = 1.2;
    context.beginPath();
    context.moveTo(box.left, base);
    context.lineTo(box.left + box.width, base);
    context.stroke();
    context.fillStyle = color("soft");
    context.textAlign = "center";
    context.textBaseline = "top";
    context.font = `13px ${FONT}`;
    const [low, high] = scene.window[0];
    const unit = scenario.units.length ? `${scenario.coordinate} (${scenario.units.length})` : scenario.coordinate;
    for (const x of ticks(low, high, Math.max(3, Math.floor(box.width / 95)))) {
      if (X(x) < box.left + 14 || X(x) > box.left + box.width - 16) continue;
      context.fillRect(X(x) - 0.5, base, 1, 4);
      context.fillText(text(x), X(x), base + 8);
    }
    context.textAlign = "left";
    context.textAlign = "right";
    context.fillText(unit, this.canvas.clientWidth - 2, base + 8);
    context.textAlign = "left";
    const [bottom, top] = scene.energies;
    context.textBaseline = "middle";
    for (const e of ticks(bottom, top, Math.max(3, Math.floor(box.height / 70)))) {
      if (Y(e) < box.top + 12) continue;
      context.fillRect(box.left + box.width, Y(e) - 0.5, 4, 1);
      context.fillText(text(e), box.left + box.width + 8, Y(e));
    }
    context.textBaseline = "alphabetic";
    context.textAlign = "right";
    context.fillText(scenario.units.energy ? `E (${scenario.units.energy})` : "E", this.canvas.clientWidth - 2, box.top + 1);
  }

  density(context, X, box, frame, scene) {
    const count = frame.columns, psi = frame.psi, base = box.top + box.height;
    let largest = Math.max(this.peak, scene.density);
    const heights = new Float32Array(count);
    for (let n = 0; n < count; n++) {
      heights[n] = psi[2 * n] ** 2 + psi[2 * n + 1] ** 2;
      if (heights[n] > largest) largest = heights[n];
    }
    this.peak = largest;
    const scale = (DENSITY_TOP * box.height) / largest;
    this.fill(context, X, frame.first, frame.spacing, psi, heights, base, scale);
  }

  fill(context, X, first, spacing, psi, heights, base, scale) {
    const count = heights.length;
    colorsOf(psi, count);
    const left = X(first), step = X(first + spacing) - left;
    const outline = new Path2D();
    outline.moveTo(left, base);
    for (let n = 0; n < count; n++) outline.lineTo(left + n * step, base - scale * heights[n]);
    outline.lineTo(left + (count - 1) * step, base);
    context.save();
    context.clip(outline);
    context.imageSmoothingEnabled = true;
    context.drawImage(strip, 0, 0, count, 1, left - step / 2, 0, count * step, base);
    context.restore();
    context.globalAlpha = 0.55;
    context.beginPath();
    for (let n = 0; n < count; n++) context.lineTo(left + n * step, base - scale * heights[n]);
    context.strokeStyle = color("ink");
    context.lineWidth = 1.1;
    context.stroke();
    context.globalAlpha = 1;
  }

  real(context, X, box, frame, scene) {
    const middle = box.top + 0.56 * box.height;
    const scale = (0.4 * box.height) / Math.sqrt(Math.max(this.peak, scene.density));
    const left = X(frame.first), step = X(frame.first + frame.spacing) - left, psi = frame.psi;
    context.strokeStyle = color("hair");
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(box.left, middle);
    context.lineTo(box.left + box.width, middle);
    context.stroke();
    const size = (n) => Math.hypot(psi[2 * n], psi[2 * n + 1]);
    for (const sign of [1, -1]) this.trace(context, left, step, frame.columns, (n) => middle - sign * scale * size(n), color("soft"), 1, 0.5);
    this.trace(context, left, step, frame.columns, (n) => middle - scale * psi[2 * n], color("line-blue"), 2, 1);
  }

  trace(context, left, step, count, height, tint, width, alpha) {
    context.beginPath();
    for (let n = 0; n < count; n++) context.lineTo(left + n * step, height(n));
    context.globalAlpha = alpha;
    context.strokeStyle = tint;
    context.lineWidth = width;
    context.stroke();
    context.globalAlpha = 1;
  }

  forbidden(context, X, box, energy) {
    context.fillStyle = color("forbid");
    context.globalAlpha = 0.55;
    for (const [a, b] of energy.regions) context.fillRect(X(a), box.top, X(b) - X(a), box.height);
    context.globalAlpha = 1;
  }

  stationary(context, X, box, energy) {
    if (!energy || !energy.data.places) return;
    const { places, real, imaginary } = energy.data, count = places.length;
    const psi = new Float32Array(2 * count), heights = new Float32Array(count);
    let largest = 0;
    for (let n = 0; n < count; n++) {
      psi[2 * n] = real[n];
      psi[2 * n + 1] = imaginary[n];
      heights[n] = real[n] ** 2 + imaginary[n] ** 2;
      largest = Math.max(largest, heights[n]);
    }
    const base = box.top + box.height, spacing = places[1] - places[0];
    this.fill(context, X, places[0], spacing, psi, heights, base, (0.38 * box.height) / largest);
    const middle = box.top + 0.3 * box.height, scale = (0.24 * box.height) / Math.sqrt(largest);
    const left = X(places[0]), step = X(places[1]) - left;
    context.strokeStyle = color("hair");
    context.beginPath();
    context.moveTo(box.left, middle);
    context.lineTo(box.left + box.width, middle);
    context.stroke();
    this.trace(context, left, step, count, (n) => middle - scale * real[n], color("line-blue"), 2, 1);
    context.font = `13px ${FONT}`;
    context.fillStyle = color("blue");
    context.textAlign = "right";
    context.textBaseline = "bottom";
    context.fillText("Re ψ", box.left + box.width - 8, middle - scale * Math.sqrt(largest) - 2);
    context.fillStyle = color("soft");
    context.fillText("|ψ|²", box.left + box.width - 8, base - 0.38 * box.height - 4);
  }

  spike(context, x, [from, to], sign) {
    context.strokeStyle = color("edge");
    context.fillStyle = color("edge");
    context.lineWidth = 2.4;
    context.beginPath();
    context.moveTo(x, from);
    context.lineTo(x, to);
    context.stroke();
    const up = to < from ? 1 : -1;
    context.beginPath();
    context.moveTo(x, to - 8 * up);
    context.lineTo(x - 6, to + 4 * up);
    context.lineTo(x + 6, to + 4 * up);
    context.fill();
  }

  remarkOffScreen(context, box, state) {
    const { frame, scenario } = state;
    if (scenario.kind !== "barrier") return;
    let inside = 0;
    for (let n = 0; n < frame.columns; n++) inside += frame.psi[2 * n] ** 2 + frame.psi[2 * n + 1] ** 2;
    inside *= frame.spacing;
    if (inside > 0.02) return;
    context.font = `14px ${FONT}`;
    context.fillStyle = color("soft");
    context.textAlign = "center";
    context.fillText("The wave has left the picture; the numbers still count it.", box.left + box.width / 2, box.top + 18);
  }

  placeHandles(context, X, Y, box, state, level) {
    const { scenario, values, scene } = state;
    this.handles = [];
    if (scene.quenched && this.held === null && state.view === "stationary") return;
    for (const slider of scenario.sliders) {
      const handle = slider.handle;
      if (!handle) continue;
      const value = (scene.values || values)[slider.path] * handle.scale;
      const height = this.heightOf(scenario, scene.values || values);
      const spot = handle.along === "energy" ? [X(handle.x), Y(value)] : [X(value * handle.factor), Y(height * handle.height)];
      this.handles.push({ path: slider.path, handle, slider, spot });
    }
    if (state.view === "stationary") this.handles.push({ path: "mark", spot: [box.left + box.width - 26, Y(level)] });
    else if (scenario.sliders.some((s) => s.path === "state.energy" || s.path === "state.momentum") && scenario.kind === "barrier")
      this.handles.push({ path: "lift", spot: [box.left + box.width - 26, Y(level)] });
    for (const one of this.handles) {
      const tint = one.handle ? color("edge") : color("line-purple");
      if (one.spot[0] > box.left - 5 && one.spot[0] < box.left + box.width + 5) knob(context, one.spot[0], Math.max(box.top, one.spot[1]), tint, this.held === one.path);
    }
  }

  // The height that a handle along x stands at is a share of the barrier's.
  heightOf(scenario, values) {
    const tall = scenario.sliders.find((s) => s.handle && s.handle.along === "energy");
    if (tall) return values[tall.path] * tall.handle.scale;
    const depth = scenario.sliders.find((s) => s.path === "potential.depth");
    return depth ? -values[depth.path] : 0;
  }

  handleAt(x, y) {
    let best = null, nearest = 22;
    for (const one of this.handles) {
      const distance = Math.hypot(one.spot[0] - x, one.spot[1] - y);
      if (distance < nearest) { nearest = distance; best = one; }
    }
    return best;
  }

  // The value that a handle has where it is dragged to.
  valueAt(one, x, y) {
    const { box, scene } = this.axes;
    const [low, high] = scene.window[0], [bottom, top] = scene.energies;
    const energy = bottom + ((box.top + box.height - y) / box.height) * (top - bottom);
    if (!one.handle) return energy;
    if (one.handle.along === "energy") return energy / one.handle.scale;
    return (low + ((x - box.left) / box.width) * (high - low)) / one.handle.factor / one.handle.scale;
  }
}

// The wheel of phases, turning left as the phase grows.
export function paintWheel(canvas) {
  const drawn = contextOf(canvas);
  if (!drawn) return;
  const { context, width } = drawn, middle = width / 2;
  for (let n = 0; n < 256; n++) {
    const from = -(n / 256) * 2 * Math.PI, to = -((n + 1.6) / 256) * 2 * Math.PI;
    context.beginPath();
    context.arc(middle, middle, 30, from, to, true);
    context.arc(middle, middle, 20, to, from);
    context.fillStyle = `rgb(${PHASES[3 * n]},${PHASES[3 * n + 1]},${PHASES[3 * n + 2]})`;
    context.fill();
  }
  context.font = `11px ${FONT}`;
  context.fillStyle = color("soft");
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `9.5px ${FONT}`;
  context.fillText("phase", middle, middle);
  context.font = `11.5px ${FONT}`;
  context.fillText("0", middle + 38, middle);
  context.fillText("π/2", middle, middle - 40);
  context.fillText("π", middle - 38, middle);
  context.fillText("−π/2", middle, middle + 40);
}
