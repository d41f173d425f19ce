// The page: what the engine says is drawn, what the reader does is said to the engine. No physics is computed here.
import { openChannel } from "./channel.js";
import { interpolated, paintBarrier, paintDecay, paintGap, paintPattern, paintTimeline, paintTransmission, tintOf } from "./charts.js";
import { fixed, onResize, text } from "./draw.js";
import { Plane } from "./plane.js";
import { paintWheel, Stage } from "./stage.js";
import { ARRAYS, FILE, LINE, PLANE, read } from "./wire.js";

const $ = (id) => document.getElementById(id);
const state = {
  scenario: null, scene: null, frame: null, history: {}, theory: {}, transmission: null, energy: null, gap: null, decay: null, pattern: null,
  certified: null, certifying: false, values: {}, view: "density", card: "curve", marked: null, markedByHand: false, predict: false, playing: true, refused: "",
};
const stage = new Stage($("picture"));
let plane = null, channel = null, generation = 0, newest = null, coming = [], drawnSeq = -1, dirty = true, frames = 0, scrubbing = false;
const sent = new Map();
export const measures = { drawn: 0, latencies: [], gaps: [], errors: [] };
window.wavesim = { state, measures };

// --- from the engine

function hear(data) {
  if (typeof data === "string") return heed(JSON.parse(data));
  const message = read(data);
  if (message.kind === LINE || message.kind === PLANE) {
    // a run is drawn frame after frame, as the display goes; what belongs to an older run, or was passed over by hand, is not drawn any more
    if (!state.playing || message.generation !== coming.at(-1)?.generation) coming.length = 0;
    coming.push(message);
    dirty = true;
  } else if (message.kind === FILE) download(message.name, new Blob([message.content], { type: message.type }));
  else if (message.kind === ARRAYS) receive(message);
}

function heed(message) {
  if (message.type === "scenario") open(message);
  else if (message.type === "values") showValues(message.values);
  else if (message.type === "sorry") sorry(message);
  else if (message.type === "refused") notice(message.sentence);
  else if (message.type === "certifying") state.certifying = true;
  else if (message.type === "certified") {
    state.certified = message;
    state.certifying = false;
    const row = message.rows[0];
    if (row) speak(`Certified: ${wordsOf(row.name)} ${text(row.value, 6)}, plus or minus ${text(row.error, 2)}.`);
    numbers();
  } else if (message.type === "end") {
    setPlaying(false, false);
    speak(`The end. ${spokenNumbers()}`);
  }
  dirty = true;
}

function receive(message) {
  switch (message.type) {
    case "scene":
      state.scene = { ...message, values: { ...state.values } };
      state.theory = {};
      state.certified = null;
      $("note").textContent = message.note;
      $("scrub").max = message.frames;
      if (state.scenario.kind === "plane") { plane ||= new Plane($("plane"), $("picture")); plane.scene(state.scene); }
      setLink(message.link);
      break;
    case "history": remember(message); break;
    case "theory": state.theory = message.data; break;
    case "transmission": state.transmission = message; legend("barrier"); if (!state.markedByHand) state.marked = message.mean; markRange(); chartWords(); break;
    case "energy": state.energy = message; energyWords(); break;
    case "gap": state.gap = message; chartWords(); break;
    case "decay": state.decay = message; chartWords(); break;
    case "pattern": state.pattern = message; chartWords(); break;
  }
  dirty = true;
}

// The numbers of all frames that are known, by frame: NaN for those that are not.
function remember(message) {
  const count = (state.scene ? state.scene.frames : message.done) + 1;
  state.history = Object.fromEntries(Object.entries(message.data).map(([name, values]) => {
    const all = new Float32Array(count).fill(NaN);
    all.set(values.subarray(0, count));
    return [name, all];
  }));
}

function open(scenario) {
  Object.assign(state, { scenario, scene: null, frame: null, history: {}, theory: {}, transmission: null, energy: null, gap: null, decay: null, pattern: null, certified: null, markedByHand: false, marked: null, brightest: 0 });
  newest = null;
  coming.length = 0;
  state.values = Object.fromEntries(scenario.sliders.map((s) => [s.path, s.value]));
  stage.reset();
  notice("");
  $("title").textContent = scenario.title;
  $("question").textContent = scenario.question;
  document.title = `${scenario.title} – wavesim explore`;
  menu(scenario);
  sliders(scenario);
  numbers();
  const flat = scenario.kind !== "plane";
  $("plane").hidden = flat;
  $("certify").hidden = flat;
  $("wheel").hidden = false;
  $("view-stationary").hidden = !scenario.scatters;
  $("view").hidden = !flat;
  document.querySelector('#mode option[value="quench"]').disabled = !scenario.quenchable;
  if (!scenario.quenchable && $("mode").value === "quench") { $("mode").value = "same"; say({ type: "mode", value: "same" }); }
  if (state.view === "stationary" && !scenario.scatters) chooseView("density");
  $("cards").hidden = !scenario.scatters;
  if (!scenario.scatters) chooseCard("curve");
  const card = { barrier: scenario.scatters, wells: scenario.sliders.length > 0, decay: true, plane: true }[scenario.kind];
  $("chart-card").hidden = !card;
  $("chart-title").textContent = state.card === "wkb" && scenario.scatters ? "The forbidden region" : chartTitle(scenario.kind);
  $("mark-label").hidden = scenario.kind !== "barrier";
  legend(scenario.kind);
  for (const id of ["chart-words", "energy-words", "verdict"]) $(id).textContent = "";
  chartWords();
  speak(`${scenario.title}. ${scenario.question}`);
}

function legend(kind) {
  const rows = { barrier: [["exact", "b-ink"], state.transmission && state.transmission.data.wkb && ["WKB", "b-line-green dash"], ["packet", "area"], state.transmission && state.transmission.top !== null && ["top of V", "b-soft"]].filter(Boolean), wells: [["exact", "b-ink"], ["WKB", "b-line-green dash"]], decay: [["exponential law", "b-ink dash"]], plane: [] }[kind] || [];
  $("chart-legend").replaceChildren(...rows.map(([words, style]) => {
    const span = document.createElement("span"), mark = document.createElement("i");
    mark.className = style;
    span.append(mark, words);
    return span;
  }));
}

function menu(scenario) {
  const select = $("menu"), groups = new Map();
  for (const row of scenario.menu) {
    if (!groups.has(row.group)) groups.set(row.group, Object.assign(document.createElement("optgroup"), { label: row.group }));
    groups.get(row.group).append(new Option(row.words, row.name));
  }
  select.replaceChildren(...groups.values());
  select.value = scenario.name;
  if (select.value !== scenario.name) select.append(new Option(scenario.title, scenario.name, true, true));
}

// --- sliders

function decimalsOf(step) { return Math.max(0, Math.min(12, Math.ceil(-Math.log10(step) - 1e-9))); }

function shown(slider, value) {
  if (slider.step < 1e-6 || Math.abs(value) >= 1e7) return String(Number(value.toPrecision(6)));
  return String(Number(value.toFixed(decimalsOf(slider.step) + 1)));
}

function sliders(scenario) {
  $("sliders").replaceChildren(...scenario.sliders.map((slider) => {
    const row = document.createElement("div"), head = document.createElement("div"), label = document.createElement("label"), box = document.createElement("span");
    const range = document.createElement("input"), number = document.createElement("input"), wrong = document.createElement("p");
    row.className = `slider ${slider.path.split(".")[0]}`;
    head.className = "line";
    box.className = "box";
    wrong.className = "wrong";
    wrong.id = `wrong-${slider.path}`;
    wrong.hidden = true;
    label.textContent = slider.label;
    label.htmlFor = `range-${slider.path}`;
    Object.assign(range, { type: "range", id: `range-${slider.path}`, min: slider.low, max: slider.high, step: slider.step, value: slider.value });
    Object.assign(number, { type: "text", inputMode: "decimal", value: shown(slider, slider.value), autocomplete: "off", id: `number-${slider.path}` });
    number.setAttribute("aria-label", `${slider.label}${slider.unit ? `, ${slider.unit}` : ""}`);
    number.setAttribute("aria-describedby", wrong.id);
    box.append(number, slider.unit ? ` ${slider.unit}` : "");
    head.append(label, box);
    row.append(head, range, wrong);
    range.addEventListener("input", () => change(slider, Number(range.value)));
    range.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (by && event.shiftKey) {
        event.preventDefault();
        change(slider, Math.min(slider.high, Math.max(slider.low, state.values[slider.path] + 10 * by * slider.step)));
      }
    });
    const typed = () => {
      const value = Number(number.value.trim().replace(",", ".").replace("−", "-"));
      if (number.value.trim() === "" || !Number.isFinite(value)) return complain(slider.path, "must be a number, but is not; type one such as 1.5.");
      change(slider, value);
    };
    number.addEventListener("change", typed);
    return row;
  }));
  for (const slider of scenario.sliders) showValue(slider);
}

function showValue(slider) {
  const value = state.values[slider.path], range = $(`range-${slider.path}`), number = $(`number-${slider.path}`);
  if (!range) return;
  range.value = value;
  range.style.setProperty("--fill", `${(100 * (Math.min(Math.max(value, slider.low), slider.high) - slider.low)) / (slider.high - slider.low)}%`);
  range.setAttribute("aria-valuetext", `${shown(slider, value)}${slider.unit ? ` ${slider.unit}` : ""}`);
  if (document.activeElement !== number || !number.hasAttribute("aria-invalid")) number.value = shown(slider, value);
}

function showValues(values) {
  Object.assign(state.values, values);
  for (const slider of state.scenario.sliders) {
    complain(slider.path, "");
    showValue(slider);
  }
}

function change(slider, value) {
  complain(slider.path, "");
  if (value < slider.low || value > slider.high) {
    complain(slider.path, `must lie between ${slider.low} and ${slider.high}${slider.unit ? ` ${slider.unit}` : ""}, but is ${value}.`);
    say({ type: "set", generation, values: { [slider.path]: value } });
    return;
  }
  state.values[slider.path] = value;
  showValue(slider);
  generation += 1;
  sent.set(generation, performance.now());
  if (sent.size > 400) sent.delete(sent.keys().next().value);
  say({ type: "set", generation, values: { [slider.path]: value } });
}

function complain(path, sentence) {
  const wrong = $(`wrong-${path}`), number = $(`number-${path}`);
  if (!wrong) return;
  wrong.textContent = sentence;
  wrong.hidden = !sentence;
  if (sentence) number.setAttribute("aria-invalid", "true");
  else number.removeAttribute("aria-invalid");
}

function sorry(message) {
  if (message.path && $(`wrong-${message.path}`)) complain(message.path, message.sentence);
  else notice(message.sentence);
}

function notice(sentence) {
  $("notice").textContent = sentence;
  $("notice").hidden = !sentence;
}

// --- numbers

function wordsOf(name) {
  const curve = state.scenario && state.scenario.curves.find((c) => c.name === name);
  const words = { tunneling_period: "there and back", lifetime: "lifetime", gap: "gap" };
  return curve ? curve.words : words[name] || name.replaceAll("_", " ");
}

function decimalsFor(error) { return Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(error)))); }

// A value to the second digit of its error bar.
function withError(row) {
  if (!(row.error > 0)) return text(row.value, 6);
  const digits = Math.ceil(Math.log10(Math.abs(row.value) / row.error)) + 2;
  if (row.error < 1e-6 || Math.abs(row.value) >= 1e7 || Math.abs(row.value) < 1e-3) return text(row.value, Math.min(9, Math.max(2, digits)));
  return fixed(row.value, decimalsFor(row.error));
}

function numbers() {
  const { scenario, frame, certified } = state;
  if (!scenario) return;
  const box = $("numbers"), curves = scenario.curves, over = frame && state.scene && frame.frame >= state.scene.frames;
  const rows = curves.map((curve, n) => ({ name: curve.name, value: frame ? frame.numbers[n] : null, unit: scenario.units.curves }));
  const settled = scenario.kind === "barrier" && frame && certified && Math.abs(frame.numbers[2]) < 5e-4;
  for (const sure of certified ? certified.rows : []) {
    const row = rows.find((r) => r.name === sure.name);
    if (row && (settled || over)) row.sure = sure;
    else if (!row && ["tunneling_period", "lifetime"].includes(sure.name)) rows.push({ name: sure.name, value: sure.value, unit: sure.unit, sure });
  }
  while (box.children.length > rows.length) box.lastChild.remove();
  rows.forEach((row, n) => {
    let line = box.children[n];
    if (!line) {
      line = document.createElement("div");
      line.append(document.createElement("dt"), document.createElement("dd"), document.createElement("dd"));
      box.append(line);
    }
    const [term, value, bar] = line.children;
    put(term, wordsOf(row.name));
    term.className = curves.some((c) => c.name === row.name) ? `c-${tintOf(row.name)}` : "";
    const unit = row.unit ? ` ${row.unit}` : "";
    put(value, (row.sure ? withError(row.sure) : row.value === null ? "–" : scenario.kind === "motion" ? text(row.value, 4) : fixed(Math.max(row.value, 0), 4)) + unit);
    put(bar, row.sure ? `± ${text(row.sure.error, 1)}` : "");
  });
  box.classList.toggle("long", scenario.kind === "motion");
  share(rows, scenario.kind);
  put($("verdict"), state.predict ? "" : verdict(settled || scenario.kind !== "barrier"));
}

function put(node, words) { if (node.textContent !== words) node.textContent = words; }

function share(rows, kind) {
  const box = $("share");
  box.hidden = !["barrier", "wells", "populations", "plane"].includes(kind) || rows.length < 2;
  if (box.hidden) return;
  const order = kind === "wells" || kind === "populations" ? rows.slice(0, 2) : [rows[1], rows[2], rows[0]].filter(Boolean);
  while (box.children.length < order.length) box.append(document.createElement("i"));
  while (box.children.length > order.length) box.lastChild.remove();
  order.forEach((row, n) => {
    const part = box.children[n];
    part.className = `b-${tintOf(row.name)}`;
    part.style.setProperty("flex", `${Math.max(row.value || 0, 0)} 1 0`);
  });
}

function verdict(settled) {
  const { scenario, scene, certified, certifying } = state;
  if (!scene) return "";
  if (scene.quenched) return "Changed in mid-flight: no theory is shown for that.";
  const words = [];
  const expected = scene.expected.transmitted_probability;
  if (expected !== undefined) words.push(`Theory: ${text(expected, 5)} transmitted.`);
  if (certified && certified.sentence) words.push(certified.sentence);
  else if (certified && certified.rows.length && settled) {
    const row = certified.rows[0];
    if (scenario.kind === "motion") return certified.agrees ? "At the end of the run the measurement agrees with theory." : certified.agrees === false ? "At the end of the run the measurement does not agree with theory." : "";
    if (expected === undefined && row.theory !== null) words.push(`Theory: ${text(row.theory, 6)}${row.unit ? ` ${row.unit}` : ""} ${wordsOf(row.name)}.`);
    if (certified.agrees === true) words.push("The measurement agrees.");
    if (certified.agrees === false) words.push("The measurement does not agree.");
  } else if (certifying) words.push("Measuring the error bar…");
  return words.join(" ");
}

function spokenNumbers() {
  const { scenario, frame } = state;
  if (!frame || !scenario) return "";
  const unit = scenario.units.time ? ` ${scenario.units.time}` : "";
  const list = scenario.curves.map((c, n) => `${c.words} ${fixed(frame.numbers[n], 3)}`);
  return `Time ${text(frame.time, 4)}${unit}. ${list.join(", ")}.`;
}

// --- theory

function markRange() {
  const card = state.transmission, mark = $("mark");
  mark.min = card.data.energy[0];
  mark.max = card.high;
  mark.step = card.high / 500;
  mark.value = state.marked;
  fillMark();
}

function fillMark() {
  const mark = $("mark"), unit = state.scenario.units.energy;
  mark.style.setProperty("--fill", "0%");
  mark.setAttribute("aria-valuetext", `${text(state.marked, 4)}${unit ? ` ${unit}` : ""}`);
}

let markTimer = 0;
function markAt(energy) {
  const card = state.transmission;
  if (!card) return;
  state.marked = Math.min(Math.max(energy, card.data.energy[0]), card.high);
  state.markedByHand = true;
  $("mark").value = state.marked;
  fillMark();
  chartWords();
  dirty = true;
  clearTimeout(markTimer);
  markTimer = setTimeout(() => say({ type: "mark", energy: state.marked }), 25);
}

function chartWords() {
  const { scenario, transmission, gap, decay, scene } = state, words = $("chart-words");
  if (!scenario) return;
  const unit = scenario.units.energy ? ` ${scenario.units.energy}` : "", time = scenario.units.time ? ` ${scenario.units.time}` : "";
  if (scenario.kind === "barrier" && transmission) {
    const at = interpolated(transmission.data.energy, transmission.data.exact, state.marked);
    const average = scene && scene.expected.transmitted_probability;
    let line = `T at ${text(state.marked, 4)}${unit} is ${text(at, 3)}`;
    if (average !== undefined && average !== null) line += `; averaged over the packet ${text(average, 4)}`;
    line += ".";
    if (transmission.peaks.length) line += ` T comes to 1 near ${transmission.peaks.slice(0, 3).map((p) => text(p, 3)).join(", ")}${unit}.`;
    put(words, line);
  } else if (scenario.kind === "wells" && gap) {
    const rough = gap.wkb === null ? "" : `; by WKB ${text(gap.wkb, 4)}${unit}`;
    put(words, `Gap ${text(gap.gap, 5)}${unit}${rough}. There and back takes 2π/gap = ${text(gap.period, 5)}${time}.`);
  } else if (scenario.kind === "decay" && decay) {
    const list = Object.entries(decay.lifetimes).map(([name, value]) => `${text(value, 4)}${time} (${name === "wkb" ? "WKB" : "complex resonance"})`);
    put(words, `Lifetime ${list.join(", ")}.`);
  } else if (scenario.kind === "plane") put(words, "What a screen very far away would show: the momentum along the wall of what is behind it.");
  else put(words, "");
}

function energyWords() {
  const { energy: card, scenario } = state;
  if (!card) return;
  const unit = scenario.units.length ? ` ${scenario.units.length}` : "", energy = scenario.units.energy ? ` ${scenario.units.energy}` : "";
  if (!card.regions.length) {
    put($("energy-words"), `At ${text(card.energy, 4)}${energy} nothing is forbidden: WKB says T = 1, exactly it is ${text(card.exact, 4)}.`);
    return;
  }
  const turns = card.turns.map((t) => text(t, 3)).join(", ");
  put($("energy-words"), `At ${text(card.energy, 4)}${energy} a classical particle turns at x = ${turns}${unit}. Between lies S = ∫√(2m(V−E)) dx/ħ = ${text(card.exponent, 4)}; exp(−2S) = ${text(card.wkb, 3)}, exactly T = ${text(card.exact, 4)}.`);
}

// --- painting

function paintChart() {
  const kind = state.scenario && state.scenario.kind;
  if (state.predict || $("chart-card").hidden) return;
  if (kind === "barrier") { if (state.card === "wkb") paintBarrier($("barrier"), state); else paintTransmission($("chart"), state); }
  else if (kind === "wells") paintGap($("chart"), state);
  else if (kind === "plane") paintPattern($("chart"), state);
  else if (kind === "decay") paintDecay($("chart"), state);
}

let last = 0, slow = 0;
function loop(now) {
  requestAnimationFrame(loop);
  if (!dirty) return;
  newest = coming.shift() ?? newest;
  dirty = coming.length > 0;
  if (newest) {
    const fresh = newest.seq !== drawnSeq;
    state.frame = newest;
    if (fresh) {
      state.scenario?.curves.forEach(({ name }, n) => { if (state.history[name]) state.history[name][newest.frame] = newest.numbers[n]; });
      frames += 1;
      measures.drawn += 1;
      measures.gaps.push(now - last);
      last = now;
      if (measures.gaps.length > 4000) measures.gaps.shift();
      const asked = sent.get(newest.generation);
      if (asked !== undefined) {
        measures.latencies.push(performance.now() - asked);
        for (const key of sent.keys()) if (key <= newest.generation) sent.delete(key);
      }
    }
  }
  if (state.scenario && state.scene) {
    if (state.scenario.kind === "plane") { if (plane) plane.paint(state); }
    else stage.paint(state);
    paintTimeline($("timeline"), state);
    // theory and words at half the rate of the picture
    if (slow++ % 2 === 0 || !state.playing) { paintChart(); numbers(); }
    const frame = state.frame;
    if (frame) {
      const unit = state.scenario.units.time;
      put($("clock"), `t = ${clockText(frame.time)}${unit ? ` ${unit}` : ""}`);
      if (!scrubbing) $("scrub").value = frame.frame;
      $("scrub").style.setProperty("--fill", `${(100 * $("scrub").value) / state.scene.frames}%`);
      $("scrub").setAttribute("aria-valuetext", `time ${text(frame.time, 4)}${unit ? ` ${unit}` : ""}`);
      $("picture").setAttribute("aria-label", `The wave and the potential. ${state.playing ? "" : spokenNumbers()}`);
    }
  }
  if (newest && newest.seq !== drawnSeq) {
    drawnSeq = newest.seq;
    if (channel) channel.ack(newest.seq);
  }
}

function clockText(time) {
  const duration = state.scene.duration;
  if (duration >= 1e6 || duration < 1e-2) return text(time, 4);
  return fixed(time, Math.max(0, 3 - Math.floor(Math.log10(duration))));
}

setInterval(() => { put($("rate"), `${frames} frames/s`); frames = 0; }, 1000);

// --- doing

function say(message) { if (channel) channel.say(message); }

function setPlaying(on, tell = true) {
  state.playing = on;
  $("play").classList.toggle("on", on);
  $("play").setAttribute("aria-label", on ? "Pause" : "Play");
  if (tell) {
    say({ type: "play", on });
    if (!on) setTimeout(() => speak(`Paused. ${spokenNumbers()}`), 60);
  }
  dirty = true;
}

function step(by) { setPlaying(false, false); say({ type: "step", by }); }
function restart() { say({ type: "seek", frame: 0 }); setPlaying(true); }
function speak(words) { $("spoken").textContent = words; }

function chooseView(name) {
  state.view = name;
  document.querySelector(`#view input[value="${name}"]`).checked = true;
  dirty = true;
}

function chooseCard(name) {
  state.card = name;
  document.querySelector(`#cards input[value="${name}"]`).checked = true;
  const wkb = name === "wkb";
  $("chart-box").hidden = $("chart-words").hidden = $("chart-legend").hidden = wkb;
  $("barrier-box").hidden = $("energy-words").hidden = !wkb;
  $("chart-title").textContent = wkb ? "The forbidden region" : chartTitle(state.scenario.kind);
  dirty = true;
}

function chartTitle(kind) {
  return { barrier: "Transmission", wells: "Gap against the barrier", decay: "Survival", plane: "Pattern behind the wall" }[kind] || "";
}

function setLink(link) {
  state.link = link;
  if (state.scenario.shipped) host.remember(link);
}

async function copyLink() {
  if (!state.scenario.shipped) return notice("A link can name shipped scenarios only; send the scenario file instead.");
  const link = `#${state.link}`;
  try {
    await navigator.clipboard.writeText(link);
    notice("");
    speak("The link is copied.");
    flash($("do-link"), "Copied");
  } catch {
    notice(`Open this state anywhere with: wavesim explore '${link}'`);
  }
}

function flash(button, words) {
  const span = button.querySelector("span"), before = span.textContent;
  span.textContent = words;
  setTimeout(() => { span.textContent = before; }, 1400);
}

function download(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 4000);
  $("movie-words").textContent = name.endsWith(".mp4") ? `${name} is in your downloads.` : "";
  speak(`${name} is downloaded.`);
}

function recordAsSeen() {
  const words = $("movie-words"), canvas = document.createElement("canvas");
  if (!window.MediaRecorder || !canvas.captureStream) return put(words, "This browser cannot record; render exactly instead.");
  const flat = state.scenario.kind !== "plane";
  canvas.width = 1280;
  canvas.height = 720;
  const context = canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
  const type = ["video/mp4;codecs=avc1.42E01F", "video/webm;codecs=vp9", "video/webm"].find((t) => MediaRecorder.isTypeSupported(t));
  const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: type, videoBitsPerSecond: 5e6 }), parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  recorder.onstop = () => download(`${state.scenario.name}.${type.includes("mp4") ? "mp4" : "webm"}`, new Blob(parts, { type: type.split(";")[0] }));
  restart();
  recorder.start();
  const begun = performance.now();
  const copy = () => {
    context.fillStyle = style.getPropertyValue("--card");
    context.fillRect(0, 0, 1280, 720);
    const layers = flat ? [$("picture")] : [$("plane"), $("picture")], frame = $("picture").getBoundingClientRect();
    const scale = Math.min(1240 / frame.width, 620 / frame.height);
    for (const layer of layers) {
      const box = layer.getBoundingClientRect();
      context.drawImage(layer, 20 + (box.left - frame.left) * scale, 84 + (box.top - frame.top) * scale, box.width * scale, box.height * scale);
    }
    context.fillStyle = style.getPropertyValue("--ink");
    context.font = `600 30px ${style.fontFamily}`;
    context.fillText(state.scenario.title, 26, 46);
    context.font = `24px ${style.fontFamily}`;
    context.textAlign = "right";
    context.fillText($("clock").textContent, 1254, 46);
    context.textAlign = "left";
    put(words, `Recording: ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    if (state.playing && performance.now() - begun < 60000) requestAnimationFrame(copy);
    else setTimeout(() => recorder.stop(), 300);
  };
  setTimeout(copy, 150);
}

function wire() {
  $("play").addEventListener("click", () => setPlaying(!state.playing));
  $("restart").addEventListener("click", restart);
  $("back").addEventListener("click", () => step(-1));
  $("forth").addEventListener("click", () => step(1));
  $("speed").addEventListener("change", (event) => say({ type: "speed", value: Number(event.target.value) }));
  $("mode").addEventListener("change", (event) => say({ type: "mode", value: event.target.value }));
  $("menu").addEventListener("change", (event) => say({ type: "scenario", name: event.target.value }));
  $("certify").addEventListener("click", () => { say({ type: "certify" }); $("certify").hidden = true; });
  $("reset").addEventListener("click", () => say({ type: "reset" }));
  $("predict").addEventListener("change", (event) => {
    state.predict = event.target.checked;
    document.body.classList.toggle("predict", state.predict);
    dirty = true;
  });
  $("scrub").addEventListener("input", (event) => {
    scrubbing = true;
    setPlaying(false, false);
    say({ type: "play", on: false });
    say({ type: "seek", frame: Number(event.target.value) });
  });
  $("scrub").addEventListener("change", () => { scrubbing = false; });
  $("mark").addEventListener("input", (event) => markAt(Number(event.target.value)));
  for (const input of document.querySelectorAll("#view input")) input.addEventListener("change", () => chooseView(input.value));
  for (const input of document.querySelectorAll("#cards input")) input.addEventListener("change", () => chooseCard(input.value));
  $("do-link").addEventListener("click", copyLink);
  $("do-toml").addEventListener("click", () => say({ type: "toml" }));
  $("do-csv").addEventListener("click", () => say({ type: "csv" }));
  $("do-movie").addEventListener("click", () => $("movie-dialog").showModal());
  $("do-help").addEventListener("click", () => $("help-dialog").showModal());
  $("movie-seen").addEventListener("click", recordAsSeen);
  $("movie-exact").addEventListener("click", () => { put($("movie-words"), "Rendering…"); say({ type: "film" }); });
  for (const button of document.querySelectorAll("[data-close]")) button.addEventListener("click", () => button.closest("dialog").close());
  document.addEventListener("keydown", key);
  document.addEventListener("visibilitychange", () => { say({ type: "show", on: !document.hidden }); dirty = true; });
  for (const id of ["picture", "timeline", "chart", "barrier"]) onResize($(id), () => { dirty = true; });
  onResize($("wheel"), () => paintWheel($("wheel")));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { dirty = true; paintWheel($("wheel")); });
  handles();
  chartHandle();
}

function key(event) {
  const target = event.target;
  if (!$("keys-on").checked || event.ctrlKey || event.metaKey || event.altKey) return;
  if (target.matches("input[type=text], select, textarea") || document.querySelector("dialog[open]")) return;
  if (event.key === " " && target.matches("button, input[type=checkbox], input[type=radio]")) return;
  const act = {
    " ": () => setPlaying(!state.playing), ",": () => step(-1), ".": () => step(1), r: restart, s: () => speak(spokenNumbers()), l: copyLink,
    d: () => say({ type: "toml" }), m: () => $("movie-dialog").showModal(), "?": () => $("help-dialog").showModal(),
  }[event.key.toLowerCase()];
  if (act) { event.preventDefault(); act(); }
}

// The round handles in the picture: the same values as the sliders.
function handles() {
  const canvas = $("picture");
  let held = null;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    held = state.scenario && state.scenario.kind !== "plane" ? stage.handleAt(...at(event)) : null;
    if (!held) return;
    stage.held = held.path;
    canvas.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!held) {
      canvas.style.setProperty("cursor", stage.handleAt(...at(event)) ? "grab" : "default");
      return;
    }
    const value = stage.valueAt(held, ...at(event));
    if (held.path === "lift") {
      generation += 1;
      sent.set(generation, performance.now());
      say({ type: "lift", generation, energy: value });
    } else if (held.path === "mark") markAt(value - (state.energy ? state.energy.level - state.energy.energy : 0));
    else {
      const { slider } = held, steps = Math.round((value - slider.low) / slider.step);
      change(slider, Math.min(slider.high, Math.max(slider.low, Number((slider.low + steps * slider.step).toFixed(10)))));
    }
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { held = stage.held = null; dirty = true; });
}

function chartHandle() {
  const canvas = $("chart");
  let held = false;
  const move = (event) => {
    if (!held || !state.transmission) return;
    const box = canvas.getBoundingClientRect();
    markAt(((event.clientX - box.left - 36) / (box.width - 46)) * state.transmission.high);
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (!state.scenario || state.scenario.kind !== "barrier") return;
    held = true;
    canvas.setPointerCapture(event.pointerId);
    move(event);
  });
  canvas.addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { held = false; });
}

// --- the host: a browser's address, or a notebook

const host = window.wavesimHost || {
  begin(ended) {
    const parts = new URLSearchParams(location.hash.slice(1));
    const token = parts.get("token") || sessionStorage.getItem("token") || "";
    parts.delete("token");
    sessionStorage.setItem("token", token);
    const given = decodeURIComponent(parts.toString());
    history.replaceState(null, "", given ? `#${given}` : location.pathname);
    window.addEventListener("hashchange", () => {
      const text = location.hash.slice(1);
      if (text.startsWith("s=") && text !== state.link) say({ type: "link", text });
    });
    return openChannel(token, given, hear, ended);
  },
  remember(link) { history.replaceState(null, "", `#${link}`); },
};

function ended(code, reason) {
  channel = null;
  setPlaying(false, false);
  notice({ 4401: "This page has the link of another server: open the one that wavesim explore prints now.", 4429: "Sixteen pages are open already; close one and load this page again." }[code] || `The engine has gone${reason ? ` (${reason})` : ""}: start wavesim explore again, and open the link that it prints.`);
}

window.addEventListener("error", (event) => measures.errors.push(String(event.message)));
wire();
channel = host.begin(ended, hear);
setPlaying(!matchMedia("(prefers-reduced-motion: reduce)").matches, false);
if (!state.playing) {
  const pause = () => (channel && state.scenario ? say({ type: "play", on: false }) : setTimeout(pause, 50));
  pause();
}
requestAnimationFrame(loop);
