// The numbers of the frame in words: a value with its error bar where one was measured, the shares as a bar, and what theory says.
import { tintOf } from "./canvas/charts.js";
import { $, put } from "./dom.js";
import { fixed, text } from "./canvas/draw.js";

export function showNumbers(state) {
  const { scenario, scene, frame, certified } = state;
  if (!scenario) return;
  const over = frame && scene && frame.frame >= scene.frames;
  // a certificate is of the end of the run: it holds for a barrier once no more of the packet is under way
  const settled = scenario.kind === "barrier" && frame && certified && Math.abs(frame.numbers[2]) < 5e-4;
  const rows = scenario.curves.map((curve, n) => ({ name: curve.name, value: frame ? frame.numbers[n] : null, unit: scenario.units.curves }));
  for (const sure of certified ? certified.rows : []) {
    const row = rows.find((r) => r.name === sure.name);
    if (row && (settled || over)) row.sure = sure;
    else if (!row && ["tunneling_period", "lifetime"].includes(sure.name)) rows.push({ name: sure.name, value: sure.value, unit: sure.unit, sure });
  }
  list(rows, scenario);
  share(rows, scenario.kind);
  put($("verdict"), state.predict ? "" : verdict(state, settled || scenario.kind !== "barrier"));
}

function list(rows, scenario) {
  const box = $("numbers"), motion = scenario.kind === "motion";
  while (box.children.length > rows.length) box.lastChild.remove();
  rows.forEach((row, n) => {
    let line = box.children[n];
    if (!line) {
      line = document.createElement("div");
      line.append(document.createElement("dt"), document.createElement("dd"), document.createElement("dd"));
      box.append(line);
    }
    const [term, value, bar] = line.children, unit = row.unit ? ` ${row.unit}` : "";
    put(term, wordsOf(scenario, row.name));
    term.className = scenario.curves.some((c) => c.name === row.name) ? `c-${tintOf(row.name)}` : "";
    put(value, (row.sure ? withError(row.sure) : row.value === null ? "–" : motion ? text(row.value, 4) : fixed(Math.max(row.value, 0), 4)) + unit);
    put(bar, row.sure ? `± ${text(row.sure.error, 1)}` : "");
  });
  box.classList.toggle("long", motion);
}

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

function verdict(state, settled) {
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
    if (expected === undefined && row.theory !== null) words.push(`Theory: ${text(row.theory, 6)}${row.unit ? ` ${row.unit}` : ""} ${wordsOf(scenario, row.name)}.`);
    if (certified.agrees === true) words.push("The measurement agrees.");
    if (certified.agrees === false) words.push("The measurement does not agree.");
  } else if (certifying) words.push("Measuring the error bar…");
  return words.join(" ");
}

// The numbers as a sentence, for who hears the page.
export function spokenNumbers({ scenario, frame }) {
  if (!frame || !scenario) return "";
  const unit = scenario.units.time ? ` ${scenario.units.time}` : "";
  const list = scenario.curves.map((c, n) => `${c.words} ${fixed(frame.numbers[n], 3)}`);
  return `Time ${text(frame.time, 4)}${unit}. ${list.join(", ")}.`;
}

export function spokenCertificate({ scenario, certified }) {
  const row = certified.rows[0];
  return row ? `Certified: ${wordsOf(scenario, row.name)} ${text(row.value, 6)}, plus or minus ${text(row.error, 2)}.` : "";
}

function wordsOf(scenario, name) {
  const curve = scenario && scenario.curves.find((c) => c.name === name);
  const words = { tunneling_period: "there and back", lifetime: "lifetime", gap: "gap" };
  return curve ? curve.words : words[name] || name.replaceAll("_", " ");
}

// A value to the second digit of its error bar.
function withError(row) {
  if (!(row.error > 0)) return text(row.value, 6);
  const digits = Math.ceil(Math.log10(Math.abs(row.value) / row.error)) + 2;
  if (row.error < 1e-6 || Math.abs(row.value) >= 1e7 || Math.abs(row.value) < 1e-3) return text(row.value, Math.min(9, Math.max(2, digits)));
  return fixed(row.value, decimalsFor(row.error));
}

function decimalsFor(error) { return Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(error)))); }
