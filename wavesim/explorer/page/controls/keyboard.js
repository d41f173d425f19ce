// Single keys, and when they count: not while something is typed, with a dialog open, or turned off by the reader.
import { $ } from "../dom.js";

// Actions by key, in small letters.
export function onKeys(actions) {
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (!$("keys-on").checked || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.matches("input[type=text], select, textarea") || document.querySelector("dialog[open]")) return;
    // there the space bar presses what has the focus
    if (event.key === " " && target.matches("button, input[type=checkbox], input[type=radio]")) return;
    const act = actions[event.key.toLowerCase()];
    if (act) { event.preventDefault(); act(); }
  });
}
