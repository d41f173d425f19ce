// The elements of the page by name, and the two lines that speak to its reader.
export const $ = (id) => document.getElementById(id);

// Layout is not disturbed by words that are there already.
export function put(node, words) { if (node.textContent !== words) node.textContent = words; }

// The line above the picture; an empty sentence takes it away.
export function notice(sentence) {
  $("notice").textContent = sentence;
  $("notice").hidden = !sentence;
}

// The line that screen readers read aloud.
export function speak(words) { $("spoken").textContent = words; }
