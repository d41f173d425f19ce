// What the page knows: of the scenario, of its run, of theory, and what the reader has chosen.

const unknown = () => ({
  scene: null, frame: null, history: {}, theory: {}, transmission: null, energy: null, gap: null, decay: null, pattern: null,
  certified: null, marked: null, markedByHand: false, brightest: 0,
});

export function newState() {
  return { scenario: null, ...unknown(), certifying: false, values: {}, view: "density", card: "curve", predict: false, playing: true };
}

// Of a new scenario nothing is known but the values that it begins with; the reader's choices stay.
export function startOver(state, scenario) {
  Object.assign(state, unknown(), { scenario, values: Object.fromEntries(scenario.sliders.map((s) => [s.path, s.value])) });
}

// The numbers of all frames that are known, by frame: NaN for those that are not.
export function remember(state, message) {
  const count = (state.scene ? state.scene.frames : message.done) + 1;
  state.history = Object.fromEntries(Object.entries(message.data).map(([name, values]) => {
    const all = new Float32Array(count).fill(NaN);
    all.set(values.subarray(0, count));
    return [name, all];
  }));
}

// The numbers that come with a frame.
export function rememberFrame(state, frame) {
  state.scenario?.curves.forEach(({ name }, n) => { if (state.history[name]) state.history[name][frame.frame] = frame.numbers[n]; });
}
