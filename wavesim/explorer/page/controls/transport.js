// Playing, pausing, and going through a run by hand: the buttons below the picture, the clock, and the scrubber.
import { $, put, speak } from "../dom.js";
import { fixed, text } from "../canvas/draw.js";
import { spokenNumbers } from "../numbers.js";

export class Transport {
  constructor(state, engine, frames) {
    Object.assign(this, { state, engine, frames });
    this.scrubbing = false;
  }

  listen() {
    $("play").addEventListener("click", () => this.toggle());
    $("restart").addEventListener("click", () => this.restart());
    $("back").addEventListener("click", () => this.step(-1));
    $("forth").addEventListener("click", () => this.step(1));
    $("speed").addEventListener("change", (event) => this.engine.say({ type: "speed", value: Number(event.target.value) }));
    $("scrub").addEventListener("input", (event) => {
      this.scrubbing = true;
      this.showPlaying(false);
      this.engine.say({ type: "play", on: false });
      this.engine.say({ type: "seek", frame: Number(event.target.value) });
    });
    $("scrub").addEventListener("change", () => { this.scrubbing = false; });
  }

  // The button as it is while playing or not; the engine is not told.
  showPlaying(playing) {
    this.state.playing = playing;
    $("play").classList.toggle("on", playing);
    $("play").setAttribute("aria-label", playing ? "Pause" : "Play");
    this.frames.refresh();
  }

  play(on) {
    this.showPlaying(on);
    this.engine.say({ type: "play", on });
    // the frame that a run stops at may still be on its way
    if (!on) setTimeout(() => speak(`Paused. ${spokenNumbers(this.state)}`), 60);
  }

  toggle() { this.play(!this.state.playing); }

  step(by) {
    this.showPlaying(false);
    this.engine.say({ type: "step", by });
  }

  restart() {
    this.engine.say({ type: "seek", frame: 0 });
    this.play(true);
  }

  paint() {
    const { scenario, scene, frame } = this.state, scrub = $("scrub"), unit = scenario.units.time ? ` ${scenario.units.time}` : "";
    if (!frame) return;
    put($("clock"), `t = ${clockText(frame.time, scene.duration)}${unit}`);
    if (!this.scrubbing) scrub.value = frame.frame;
    scrub.style.setProperty("--fill", `${(100 * scrub.value) / scene.frames}%`);
    scrub.setAttribute("aria-valuetext", `time ${text(frame.time, 4)}${unit}`);
  }
}

// As many decimals for all of a run: a clock must not jump to and fro.
function clockText(time, duration) {
  if (duration >= 1e6 || duration < 1e-2) return text(time, 4);
  return fixed(time, Math.max(0, 3 - Math.floor(Math.log10(duration))));
}
