// The round handles in the picture, dragged: the same values as the sliders, the packet's energy, and the marked energy.

// What a drag does is given: lift(energy) and mark(level) along the energy axis, change(slider, value), and drop() at the end.
export function dragHandles(stage, state, { lift, mark, change, drop }) {
  const canvas = stage.canvas;
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
    if (held.path === "lift") lift(value);
    else if (held.path === "mark") mark(value);
    else change(held.slider, stepped(held.slider, value));
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { held = stage.held = null; drop(); });
}

// The value that a slider can have next to the one that it is dragged to.
function stepped(slider, value) {
  const steps = Math.round((value - slider.low) / slider.step);
  return Math.min(slider.high, Math.max(slider.low, Number((slider.low + steps * slider.step).toFixed(10))));
}
