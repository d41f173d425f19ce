// The values that the reader can change: for each a slider, the same as a number to type, and what is wrong with it.
import { $, notice } from "../dom.js";

export class Sliders {
  constructor(state, engine) {
    this.state = state;
    this.engine = engine;
  }

  open(scenario) {
    $("sliders").replaceChildren(...scenario.sliders.map((slider) => this.row(slider)));
    for (const slider of scenario.sliders) this.show(slider);
  }

  row(slider) {
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
    range.addEventListener("input", () => this.change(slider, Number(range.value)));
    range.addEventListener("keydown", (event) => this.leap(slider, event));
    number.addEventListener("change", () => this.typed(slider, number.value.trim()));
    return row;
  }

  // Ten steps at once, with the shift key.
  leap(slider, event) {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!by || !event.shiftKey) return;
    event.preventDefault();
    this.change(slider, Math.min(slider.high, Math.max(slider.low, this.state.values[slider.path] + 10 * by * slider.step)));
  }

  typed(slider, words) {
    const value = Number(words.replace(",", ".").replace("−", "-"));
    if (words === "" || !Number.isFinite(value)) return complain(slider.path, "must be a number, but is not; type one such as 1.5.");
    this.change(slider, value);
  }

  change(slider, value) {
    const message = { type: "set", values: { [slider.path]: value } };
    complain(slider.path, "");
    if (value < slider.low || value > slider.high) {
      complain(slider.path, `must lie between ${slider.low} and ${slider.high}${slider.unit ? ` ${slider.unit}` : ""}, but is ${value}.`);
      // nothing is drawn of a value that is refused, so that it gets no number of its own
      this.engine.say({ ...message, generation: this.engine.generation });
      return;
    }
    this.state.values[slider.path] = value;
    this.show(slider);
    this.engine.change(message);
  }

  // The values that the engine has taken, which may differ from those asked for.
  receive(values) {
    Object.assign(this.state.values, values);
    for (const slider of this.state.scenario.sliders) {
      complain(slider.path, "");
      this.show(slider);
    }
  }

  show(slider) {
    const value = this.state.values[slider.path], range = $(`range-${slider.path}`), number = $(`number-${slider.path}`);
    if (!range) return;
    range.value = value;
    range.style.setProperty("--fill", `${(100 * (Math.min(Math.max(value, slider.low), slider.high) - slider.low)) / (slider.high - slider.low)}%`);
    range.setAttribute("aria-valuetext", `${shown(slider, value)}${slider.unit ? ` ${slider.unit}` : ""}`);
    if (document.activeElement !== number || !number.hasAttribute("aria-invalid")) number.value = shown(slider, value);
  }
}

// What is wrong, below the slider that it is about, or else above the picture.
export function showError({ path, sentence }) {
  if (path && $(`wrong-${path}`)) complain(path, sentence);
  else notice(sentence);
}

function complain(path, sentence) {
  const wrong = $(`wrong-${path}`), number = $(`number-${path}`);
  if (!wrong) return;
  wrong.textContent = sentence;
  wrong.hidden = !sentence;
  if (sentence) number.setAttribute("aria-invalid", "true");
  else number.removeAttribute("aria-invalid");
}

function shown(slider, value) {
  if (slider.step < 1e-6 || Math.abs(value) >= 1e7) return String(Number(value.toPrecision(6)));
  return String(Number(value.toFixed(decimalsOf(slider.step) + 1)));
}

function decimalsOf(step) { return Math.max(0, Math.min(12, Math.ceil(-Math.log10(step) - 1e-9))); }
