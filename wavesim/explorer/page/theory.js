// The card of theory: which of its charts is drawn, its legend and its words, and the energy that is marked in it.
import { interpolated, paintBarrier, paintDecay, paintGap, paintPattern, paintTransmission } from "./canvas/charts.js";
import { $, put } from "./dom.js";
import { text } from "./canvas/draw.js";

const TITLES = { barrier: "Transmission", wells: "Gap against the barrier", decay: "Survival", plane: "Pattern behind the wall" };
// milliseconds: a marked energy that moves on at once is not asked for
const MARK_REST = 25;

export class Theory {
  constructor(state, engine, frames) {
    Object.assign(this, { state, engine, frames });
    this.timer = 0;
  }

  listen() {
    for (const input of document.querySelectorAll("#cards input")) input.addEventListener("change", () => this.choose(input.value));
    $("mark").addEventListener("input", (event) => this.mark(Number(event.target.value)));
    this.dragMark();
  }

  open(scenario) {
    const { kind, scatters } = scenario;
    $("cards").hidden = !scatters;
    if (!scatters) this.choose("curve");
    $("chart-card").hidden = !{ barrier: scatters, wells: scenario.sliders.length > 0, decay: true, plane: true }[kind];
    this.title();
    $("mark-label").hidden = kind !== "barrier";
    this.legend(kind);
    $("energy-words").textContent = "";
    this.words();
  }

  receive(message) {
    this.state[message.type] = message;
    if (message.type === "energy") return put($("energy-words"), energyWords(this.state));
    if (message.type === "transmission") {
      this.legend("barrier");
      if (!this.state.markedByHand) this.state.marked = message.mean;
      this.markRange();
    }
    this.words();
  }

  // T(E) as a curve, or the WKB integral at the marked energy.
  choose(name) {
    this.state.card = name;
    document.querySelector(`#cards input[value="${name}"]`).checked = true;
    const wkb = name === "wkb";
    $("chart-box").hidden = $("chart-words").hidden = $("chart-legend").hidden = wkb;
    $("barrier-box").hidden = $("energy-words").hidden = !wkb;
    this.title();
    this.frames.refresh();
  }

  title() { $("chart-title").textContent = this.state.card === "wkb" ? "The forbidden region" : TITLES[this.state.scenario.kind] || ""; }

  legend(kind) {
    const { transmission: card } = this.state;
    const rows = {
      barrier: [["exact", "b-ink"], card && card.data.wkb && ["WKB", "b-line-green dash"], ["packet", "area"], card && card.top !== null && ["top of V", "b-soft"]],
      wells: [["exact", "b-ink"], ["WKB", "b-line-green dash"]],
      decay: [["exponential law", "b-ink dash"]],
    }[kind] || [];
    $("chart-legend").replaceChildren(...rows.filter(Boolean).map(([words, style]) => {
      const span = document.createElement("span"), mark = document.createElement("i");
      mark.className = style;
      span.append(mark, words);
      return span;
    }));
  }

  markRange() {
    const { transmission: card, marked } = this.state, mark = $("mark");
    mark.min = card.data.energy[0];
    mark.max = card.high;
    mark.step = card.high / 500;
    mark.value = marked;
    this.fillMark();
  }

  fillMark() {
    const mark = $("mark"), unit = this.state.scenario.units.energy;
    mark.style.setProperty("--fill", "0%");
    mark.setAttribute("aria-valuetext", `${text(this.state.marked, 4)}${unit ? ` ${unit}` : ""}`);
  }

  mark(energy) {
    const { state, engine } = this, card = state.transmission;
    if (!card) return;
    state.marked = Math.min(Math.max(energy, card.data.energy[0]), card.high);
    state.markedByHand = true;
    $("mark").value = state.marked;
    this.fillMark();
    this.words();
    this.frames.refresh();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => engine.say({ type: "mark", energy: state.marked }), MARK_REST);
  }

  // A level of the picture stands above the energy by what V is at the left.
  markLevel(level) {
    const { energy } = this.state;
    this.mark(level - (energy ? energy.level - energy.energy : 0));
  }

  // The chart itself is a slider of the marked energy.
  dragMark() {
    const canvas = $("chart");
    let held = false;
    const move = (event) => {
      if (!held || !this.state.transmission) return;
      const box = canvas.getBoundingClientRect();
      this.mark(((event.clientX - box.left - 36) / (box.width - 46)) * this.state.transmission.high);
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (!this.state.scenario || this.state.scenario.kind !== "barrier") return;
      held = true;
      canvas.setPointerCapture(event.pointerId);
      move(event);
    });
    canvas.addEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { held = false; });
  }

  words() { put($("chart-words"), chartWords(this.state)); }

  paint() {
    const { state } = this, kind = state.scenario.kind;
    if (state.predict || $("chart-card").hidden) return;
    if (kind === "barrier") { if (state.card === "wkb") paintBarrier($("barrier"), state); else paintTransmission($("chart"), state); }
    else if (kind === "wells") paintGap($("chart"), state);
    else if (kind === "plane") paintPattern($("chart"), state);
    else if (kind === "decay") paintDecay($("chart"), state);
  }
}

function chartWords({ scenario, transmission, gap, decay, scene, marked }) {
  const unit = scenario.units.energy ? ` ${scenario.units.energy}` : "", time = scenario.units.time ? ` ${scenario.units.time}` : "";
  if (scenario.kind === "barrier" && transmission) {
    const at = interpolated(transmission.data.energy, transmission.data.exact, marked);
    const average = scene && scene.expected.transmitted_probability;
    let line = `T at ${text(marked, 4)}${unit} is ${text(at, 3)}`;
    if (average !== undefined && average !== null) line += `; averaged over the packet ${text(average, 4)}`;
    line += ".";
    if (transmission.peaks.length) line += ` T comes to 1 near ${transmission.peaks.slice(0, 3).map((p) => text(p, 3)).join(", ")}${unit}.`;
    return line;
  }
  if (scenario.kind === "wells" && gap) {
    const rough = gap.wkb === null ? "" : `; by WKB ${text(gap.wkb, 4)}${unit}`;
    return `Gap ${text(gap.gap, 5)}${unit}${rough}. There and back takes 2π/gap = ${text(gap.period, 5)}${time}.`;
  }
  if (scenario.kind === "decay" && decay) {
    const list = Object.entries(decay.lifetimes).map(([name, value]) => `${text(value, 4)}${time} (${name === "wkb" ? "WKB" : "complex resonance"})`);
    return `Lifetime ${list.join(", ")}.`;
  }
  return scenario.kind === "plane" ? "What a screen very far away would show: the momentum along the wall of what is behind it." : "";
}

function energyWords({ energy: card, scenario }) {
  const unit = scenario.units.length ? ` ${scenario.units.length}` : "", energy = scenario.units.energy ? ` ${scenario.units.energy}` : "";
  if (!card.regions.length) return `At ${text(card.energy, 4)}${energy} nothing is forbidden: WKB says T = 1, exactly it is ${text(card.exact, 4)}.`;
  const turns = card.turns.map((t) => text(t, 3)).join(", ");
  return `At ${text(card.energy, 4)}${energy} a classical particle turns at x = ${turns}${unit}. Between lies S = ∫√(2m(V−E)) dx/ħ = ${text(card.exponent, 4)}; exp(−2S) = ${text(card.wkb, 3)}, exactly T = ${text(card.exact, 4)}.`;
}
