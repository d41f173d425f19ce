// The timeline and the cards of theory.
import { axes, color, contextOf, curve, knob } from "./draw.js";

const TINTS = { transmitted: "blue", right: "blue", reflected: "vermilion", left: "vermilion", survival: "vermilion", remaining: "slate", position_spread: "green", mean_position: "blue" };
export function tintOf(name) {
  for (const key in TINTS) if (name.includes(key)) return TINTS[key];
  return "green";
}
const line = (name) => color(tintOf(name) === "slate" ? "slate" : `line-${tintOf(name)}`);

export function paintTimeline(canvas, state) {
  const drawn = contextOf(canvas);
  const { scenario, scene, history, theory, frame, predict } = state;
  if (!drawn || !scene || !scenario) return null;
  const { context, width, height } = drawn;
  const names = scenario.curves, compact = width < 430;
  const left = compact ? 32 : 40, box = { left, top: 8, width: width - left - 10, height: height - 16 };
  const share = scenario.kind !== "motion";
  let low = 0, high = 1;
  if (!share) {
    low = Infinity; high = -Infinity;
    for (const { name } of names)
      for (const values of [history[name], theory[name]]) for (const v of values || []) { low = Math.min(low, v); high = Math.max(high, v); }
    if (!(high > low)) { low = low === Infinity ? 0 : low - 0.5; high = low + 1; }
    const room = 0.06 * (high - low);
    low -= room; high += room;
  }
  const X = (n) => box.left + (n / scene.frames) * box.width;
  const { Y } = axes(context, box, [0, scene.frames], [low, high], { rows: share ? 2 : 3, columns: 0, size: 12 });
  const now = frame ? Math.min(frame.frame, scene.frames) : 0;
  for (const { name } of names) {
    const known = history[name] || [], tint = line(name), predicted = theory[name];
    if (!predict && predicted) curve(context, indices(predicted.length), predicted, X, Y, { color: tint, width: 1.4, dash: [4, 4] });
    else if (!predict && scene.expected[name] !== undefined) curve(context, [0, scene.frames], [scene.expected[name], scene.expected[name]], X, Y, { color: tint, width: 1.3, dash: [4, 4] });
    const seen = Array.prototype.slice.call(known, 0, now + 1);
    curve(context, indices(seen.length), seen, X, Y, { color: tint, width: 2.3 });
    if (Number.isFinite(seen[seen.length - 1])) {
      context.beginPath();
      context.arc(X(seen.length - 1), Y(seen[seen.length - 1]), 3.6, 0, 7);
      context.fillStyle = tint;
      context.fill();
    }
  }
  return { box };
}

const known = new Map();
function indices(count) {
  if (!known.has(count)) known.set(count, Array.from({ length: count }, (_, n) => n));
  return known.get(count);
}

export function paintTransmission(canvas, state) {
  const drawn = contextOf(canvas);
  const { transmission: card, scenario, marked } = state;
  if (!drawn || !card) return;
  const { context, width, height } = drawn;
  const box = { left: 36, top: 10, width: width - 46, height: height - 36 };
  const unit = scenario.units.energy ? `E (${scenario.units.energy})` : "E";
  const { X, Y } = axes(context, box, [0, card.high], [0, 1], { rows: 2, named: unit });
  const { energy, exact, wkb, share } = card.data;
  if (share) {
    context.beginPath();
    context.moveTo(X(energy[0]), Y(0));
    for (let n = 0; n < energy.length; n++) context.lineTo(X(energy[n]), Y(0.6 * share[n]));
    context.lineTo(X(energy[energy.length - 1]), Y(0));
    context.fillStyle = color("share");
    context.fill();
  }
  if (card.top) {
    context.setLineDash([1.5, 3]);
    context.strokeStyle = color("soft");
    context.lineWidth = 1.2;
    context.beginPath();
    context.moveTo(X(card.top), Y(0));
    context.lineTo(X(card.top), Y(1));
    context.stroke();
    context.setLineDash([]);
  }
  if (wkb) curve(context, energy, wkb, X, Y, { color: color("line-green"), width: 1.8, dash: [6, 4] });
  curve(context, energy, exact, X, Y, { color: color("ink"), width: 2.1 });
  const at = Math.min(Math.max(marked, energy[0]), energy[energy.length - 1]);
  const value = interpolated(energy, exact, at);
  context.strokeStyle = color("line-purple");
  context.lineWidth = 1.8;
  context.beginPath();
  context.moveTo(X(at), Y(0));
  context.lineTo(X(at), Y(value));
  context.stroke();
  knob(context, X(at), Y(value), color("line-purple"), false);
}

export function interpolated(xs, ys, x) {
  let n = 1;
  while (n < xs.length - 1 && xs[n] < x) n++;
  const share = (x - xs[n - 1]) / (xs[n] - xs[n - 1] || 1);
  return ys[n - 1] + Math.min(Math.max(share, 0), 1) * (ys[n] - ys[n - 1]);
}

export function paintBarrier(canvas, state) {
  const drawn = contextOf(canvas);
  const { energy: card, scenario } = state;
  if (!drawn || !card) return;
  const { context, width, height } = drawn;
  const box = { left: 36, top: 10, width: width - 46, height: height - 34 };
  const { x, potential } = card.data;
  let low = Math.min(0, card.level), high = Math.max(card.level, 0);
  for (const v of potential) { low = Math.min(low, v); high = Math.max(high, v); }
  high += 0.14 * (high - low || 1);
  const unit = scenario.units.length ? `${scenario.coordinate} (${scenario.units.length})` : scenario.coordinate;
  const { X, Y } = axes(context, box, [x[0], x[x.length - 1]], [low, high], { rows: 3, columns: 4, named: unit });
  // between E and V, where a classical particle cannot be
  context.fillStyle = color("forbid");
  context.beginPath();
  for (const [a, b] of card.regions) {
    context.moveTo(X(a), Y(card.level));
    for (let n = 0; n < x.length; n++) if (x[n] >= a && x[n] <= b) context.lineTo(X(x[n]), Y(Math.max(potential[n], card.level)));
    context.lineTo(X(b), Y(card.level));
  }
  context.fill();
  curve(context, x, potential, X, Y, { color: color("ink"), width: 2 });
  curve(context, [x[0], x[x.length - 1]], [card.level, card.level], X, Y, { color: color("line-purple"), width: 1.7, dash: [6, 4] });
  for (const turn of card.turns) if (turn > x[0] && turn < x[x.length - 1]) {
    context.beginPath();
    context.arc(X(turn), Y(card.level), 4, 0, 7);
    context.fillStyle = color("line-vermilion");
    context.fill();
  }
}

export function paintGap(canvas, state) {
  const drawn = contextOf(canvas);
  const { gap: card, scenario, values } = state;
  if (!drawn || !card) return;
  const { context, width, height } = drawn;
  const box = { left: 46, top: 10, width: width - 58, height: height - 36 };
  const { value, exact, wkb } = card.data;
  let low = Infinity, high = 0;
  for (const list of [exact, wkb]) for (const v of list) if (v > 0) { low = Math.min(low, v); high = Math.max(high, v); }
  if (!(high > low)) return;
  const slider = scenario.sliders.find((s) => s.path === card.path);
  const { X, Y } = axes(context, box, [value[0], value[value.length - 1]], [low / 1.3, high * 1.3], { log: true, named: slider.unit });
  curve(context, value, wkb, X, Y, { color: color("line-green"), width: 1.8, dash: [6, 4] });
  curve(context, value, exact, X, Y, { color: color("ink"), width: 2.1 });
  const at = values[card.path];
  context.strokeStyle = color("line-purple");
  context.lineWidth = 1.8;
  context.beginPath();
  context.moveTo(X(at), box.top + box.height);
  context.lineTo(X(at), Y(interpolated(value, exact, at)));
  context.stroke();
  knob(context, X(at), Y(interpolated(value, exact, at)), color("line-purple"), false);
}

export function paintPattern(canvas, state) {
  const drawn = contextOf(canvas);
  const { pattern: card, scenario } = state;
  if (!drawn || !card) return;
  const { context, width, height } = drawn;
  const box = { left: 14, top: 8, width: width - 28, height: height - 34 };
  const { momentum, spectrum } = card.data;
  state.brightest = Math.max(state.brightest || 0, ...spectrum, 1e-12);
  const unit = scenario.units.momentum ? `k (${scenario.units.momentum})` : "k";
  const { X, Y } = axes(context, box, [momentum[0], momentum[momentum.length - 1]], [0, 1.06 * state.brightest], { rows: 0, columns: 5, named: unit });
  context.beginPath();
  context.moveTo(X(momentum[0]), Y(0));
  for (let n = 0; n < momentum.length; n++) context.lineTo(X(momentum[n]), Y(spectrum[n]));
  context.lineTo(X(momentum[momentum.length - 1]), Y(0));
  context.globalAlpha = 0.2;
  context.fillStyle = color("line-blue");
  context.fill();
  context.globalAlpha = 1;
  curve(context, momentum, spectrum, X, Y, { color: color("line-blue"), width: 2 });
}

export function paintDecay(canvas, state) {
  const drawn = contextOf(canvas);
  const { history, theory, scene, scenario } = state;
  const values = history.survival_probability;
  if (!drawn || !values || !scene) return;
  const { context, width, height } = drawn;
  const box = { left: 46, top: 10, width: width - 58, height: height - 36 };
  let low = 0.5;
  for (const v of values) if (v > 0) low = Math.min(low, v);
  const unit = scenario.units.time ? `t (${scenario.units.time})` : "t";
  const { X, Y } = axes(context, box, [0, scene.duration], [low / 1.15, 1.1], { log: low < 0.09, rows: 3, named: unit });
  const times = Array.from(values, (_, n) => (n / scene.frames) * scene.duration);
  curve(context, times, values, X, Y, { color: color("line-vermilion"), width: 2.2 });
  const expected = theory.survival_probability;
  if (expected) curve(context, Array.from(expected, (_, n) => (n / scene.frames) * scene.duration), expected, X, Y, { color: color("ink"), width: 1.5, dash: [5, 4] });
}
