// What a scenario asks of the page: its title, its place in the menu, and which choices it has.
import { $ } from "../dom.js";

export function showScenario(state, engine) {
  const { scenario } = state, flat = scenario.kind !== "plane";
  $("title").textContent = scenario.title;
  $("question").textContent = scenario.question;
  document.title = `${scenario.title} – wavesim explore`;
  fillMenu(scenario);
  $("plane").hidden = flat;
  $("certify").hidden = flat;
  $("wheel").hidden = false;
  $("view-stationary").hidden = !scenario.scatters;
  $("view").hidden = !flat;
  document.querySelector('#mode option[value="quench"]').disabled = !scenario.quenchable;
  if (!scenario.quenchable && $("mode").value === "quench") { $("mode").value = "same"; engine.say({ type: "mode", value: "same" }); }
  if (state.view === "stationary" && !scenario.scatters) chooseView(state, "density");
}

export function chooseView(state, name) {
  state.view = name;
  document.querySelector(`#view input[value="${name}"]`).checked = true;
}

function fillMenu(scenario) {
  const select = $("menu"), groups = new Map();
  for (const row of scenario.menu) {
    if (!groups.has(row.group)) groups.set(row.group, Object.assign(document.createElement("optgroup"), { label: row.group }));
    groups.get(row.group).append(new Option(row.words, row.name));
  }
  select.replaceChildren(...groups.values());
  select.value = scenario.name;
  // a reader's own file is not in the menu
  if (select.value !== scenario.name) select.append(new Option(scenario.title, scenario.name, true, true));
}
