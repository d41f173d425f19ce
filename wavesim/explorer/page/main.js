// The page: what the engine says is drawn, what the reader does is said to the engine. No physics is computed here.
import { Address, copyLink } from "./engine/address.js";
import { Engine } from "./engine/channel.js";
import { paintTimeline } from "./canvas/charts.js";
import { $, notice, speak } from "./dom.js";
import { download, offerDownloads } from "./controls/downloads.js";
import { onResize } from "./canvas/draw.js";
import { Frames } from "./engine/frames.js";
import { dragHandles } from "./controls/handles.js";
import { onKeys } from "./controls/keyboard.js";
import { showNumbers, spokenCertificate, spokenNumbers } from "./numbers.js";
import { Plane } from "./canvas/plane.js";
import { chooseView, showScenario } from "./controls/scenario.js";
import { showError, Sliders } from "./controls/sliders.js";
import { paintWheel, Stage } from "./canvas/stage.js";
import { newState, remember, startOver } from "./engine/state.js";
import { Theory } from "./theory.js";
import { Transport } from "./controls/transport.js";
import { ARRAYS, FILE, LINE, PLANE, read } from "./engine/wire.js";

const state = newState(), measures = { drawn: 0, latencies: [], gaps: [], errors: [] };
const stage = new Stage($("picture")), engine = new Engine(measures), frames = new Frames(state, engine, measures, paint);
const transport = new Transport(state, engine, frames), sliders = new Sliders(state, engine), theory = new Theory(state, engine, frames);
const host = window.wavesimHost || new Address(state, engine);
let plane = null, painted = 0;
window.wavesim = { state, measures };

// --- from the engine

function hear(data) {
  if (typeof data === "string") return heed(JSON.parse(data));
  const message = read(data);
  if (message.kind === LINE || message.kind === PLANE) frames.add(message);
  else if (message.kind === FILE) download(message.name, new Blob([message.content], { type: message.type }));
  else if (message.kind === ARRAYS) receive(message);
}

function heed(message) {
  switch (message.type) {
    case "scenario": open(message); break;
    case "values": sliders.receive(message.values); break;
    case "sorry": showError(message); break;
    case "refused": notice(message.sentence); break;
    case "certifying": state.certifying = true; break;
    case "certified":
      state.certified = message;
      state.certifying = false;
      if (message.rows.length) speak(spokenCertificate(state));
      showNumbers(state);
      break;
    case "end":
      transport.showPlaying(false);
      speak(`The end. ${spokenNumbers(state)}`);
      break;
  }
  frames.refresh();
}

function receive(message) {
  if (message.type === "scene") openScene(message);
  else if (message.type === "history") remember(state, message);
  else if (message.type === "theory") state.theory = message.data;
  else theory.receive(message);
  frames.refresh();
}

function open(scenario) {
  startOver(state, scenario);
  frames.clear();
  stage.reset();
  notice("");
  showScenario(state, engine);
  sliders.open(scenario);
  showNumbers(state);
  theory.open(scenario);
  speak(`${scenario.title}. ${scenario.question}`);
}

function openScene(scene) {
  Object.assign(state, { scene: { ...scene, values: { ...state.values } }, theory: {}, certified: null, link: scene.link });
  $("note").textContent = scene.note;
  $("scrub").max = scene.frames;
  if (state.scenario.kind === "plane") { plane ||= new Plane($("plane"), $("picture")); plane.scene(state.scene); }
  if (state.scenario.shipped) host.remember(scene.link);
}

function ended(code, reason) {
  engine.channel = null;
  transport.showPlaying(false);
  notice({ 4401: "This page has the link of another server: open the one that wavesim explore prints now.", 4429: "Sixteen pages are open already; close one and load this page again." }[code] || `The engine has gone${reason ? ` (${reason})` : ""}: start wavesim explore again, and open the link that it prints.`);
}

// --- to the reader

function paint() {
  if (state.scenario.kind !== "plane") stage.paint(state);
  else if (plane) plane.paint(state);
  paintTimeline($("timeline"), state);
  // theory and words at half the rate of the picture
  if (painted++ % 2 === 0 || !state.playing) { theory.paint(); showNumbers(state); }
  transport.paint();
  if (state.frame) $("picture").setAttribute("aria-label", `The wave and the potential. ${state.playing ? "" : spokenNumbers(state)}`);
}

// --- from the reader

function listen() {
  transport.listen();
  theory.listen();
  offerDownloads(state, engine, transport);
  dragHandles(stage, state, {
    lift: (energy) => engine.change({ type: "lift", energy }),
    mark: (level) => theory.markLevel(level),
    change: (slider, value) => sliders.change(slider, value),
    drop: () => frames.refresh(),
  });
  onKeys({
    " ": () => transport.toggle(), ",": () => transport.step(-1), ".": () => transport.step(1), r: () => transport.restart(),
    s: () => speak(spokenNumbers(state)), l: () => copyLink(state), d: () => engine.say({ type: "toml" }),
    m: () => $("movie-dialog").showModal(), "?": () => $("help-dialog").showModal(),
  });
  for (const input of document.querySelectorAll("#view input")) input.addEventListener("change", () => { chooseView(state, input.value); frames.refresh(); });
  $("mode").addEventListener("change", (event) => engine.say({ type: "mode", value: event.target.value }));
  $("menu").addEventListener("change", (event) => engine.say({ type: "scenario", name: event.target.value }));
  $("certify").addEventListener("click", () => { engine.say({ type: "certify" }); $("certify").hidden = true; });
  $("reset").addEventListener("click", () => engine.say({ type: "reset" }));
  $("predict").addEventListener("change", (event) => {
    state.predict = event.target.checked;
    document.body.classList.toggle("predict", state.predict);
    frames.refresh();
  });
  $("do-link").addEventListener("click", () => copyLink(state));
  $("do-help").addEventListener("click", () => $("help-dialog").showModal());
  for (const button of document.querySelectorAll("[data-close]")) button.addEventListener("click", () => button.closest("dialog").close());
  document.addEventListener("visibilitychange", () => { engine.say({ type: "show", on: !document.hidden }); frames.refresh(); });
  for (const id of ["picture", "timeline", "chart", "barrier"]) onResize($(id), () => frames.refresh());
  onResize($("wheel"), () => paintWheel($("wheel")));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { frames.refresh(); paintWheel($("wheel")); });
}

window.addEventListener("error", (event) => measures.errors.push(String(event.message)));
listen();
engine.channel = host.begin(ended, hear);
transport.showPlaying(!matchMedia("(prefers-reduced-motion: reduce)").matches);
if (!state.playing) {
  const pause = () => (engine.channel && state.scenario ? engine.say({ type: "play", on: false }) : setTimeout(pause, 50));
  pause();
}
frames.begin();
