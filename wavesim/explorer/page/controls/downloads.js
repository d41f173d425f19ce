// What the reader takes along: the scenario, the numbers, a movie made by the engine, and a recording of the picture as it plays.
import { $, put, speak } from "../dom.js";

const SIZE = { width: 1280, height: 720 }, LONGEST_MS = 60000;

export function offerDownloads(state, engine, transport) {
  $("do-toml").addEventListener("click", () => engine.say({ type: "toml" }));
  $("do-csv").addEventListener("click", () => engine.say({ type: "csv" }));
  $("do-movie").addEventListener("click", () => $("movie-dialog").showModal());
  $("movie-seen").addEventListener("click", () => recordAsSeen(state, transport));
  $("movie-exact").addEventListener("click", () => { put($("movie-words"), "Rendering…"); engine.say({ type: "film" }); });
}

export function download(name, blob) {
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

function recordAsSeen(state, transport) {
  const words = $("movie-words"), canvas = document.createElement("canvas");
  if (!window.MediaRecorder || !canvas.captureStream) return put(words, "This browser cannot record; render exactly instead.");
  Object.assign(canvas, SIZE);
  const type = ["video/mp4;codecs=avc1.42E01F", "video/webm;codecs=vp9", "video/webm"].find((t) => MediaRecorder.isTypeSupported(t));
  const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: type, videoBitsPerSecond: 5e6 }), parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  recorder.onstop = () => download(`${state.scenario.name}.${type.includes("mp4") ? "mp4" : "webm"}`, new Blob(parts, { type: type.split(";")[0] }));
  transport.restart();
  recorder.start();
  const context = canvas.getContext("2d"), begun = performance.now();
  const copy = () => {
    copyPicture(context, state.scenario);
    put(words, `Recording: ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    if (state.playing && performance.now() - begun < LONGEST_MS) requestAnimationFrame(copy);
    else setTimeout(() => recorder.stop(), 300);
  };
  setTimeout(copy, 150);
}

// The picture below its title and the time, on a card of the movie's size.
function copyPicture(context, scenario) {
  const style = getComputedStyle(document.documentElement);
  context.fillStyle = style.getPropertyValue("--card");
  context.fillRect(0, 0, SIZE.width, SIZE.height);
  const layers = scenario.kind !== "plane" ? [$("picture")] : [$("plane"), $("picture")], frame = $("picture").getBoundingClientRect();
  const scale = Math.min(1240 / frame.width, 620 / frame.height);
  for (const layer of layers) {
    const box = layer.getBoundingClientRect();
    context.drawImage(layer, 20 + (box.left - frame.left) * scale, 84 + (box.top - frame.top) * scale, box.width * scale, box.height * scale);
  }
  context.fillStyle = style.getPropertyValue("--ink");
  context.font = `600 30px ${style.fontFamily}`;
  context.fillText(scenario.title, 26, 46);
  context.font = `24px ${style.fontFamily}`;
  context.textAlign = "right";
  context.fillText($("clock").textContent, 1254, 46);
  context.textAlign = "left";
}
