// The state of the page as a link: in the address of a browser's window, and on the clipboard.
import { openChannel } from "./channel.js";
import { $, notice, speak } from "../dom.js";

// The host of the page is a browser's window; a notebook gives another with the same two doors.
export class Address {
  constructor(state, engine) {
    this.state = state;
    this.engine = engine;
  }

  begin(ended, hear) {
    const parts = new URLSearchParams(location.hash.slice(1));
    const token = parts.get("token") || sessionStorage.getItem("token") || "";
    parts.delete("token");
    sessionStorage.setItem("token", token);
    const given = decodeURIComponent(parts.toString());
    history.replaceState(null, "", given ? `#${given}` : location.pathname);
    window.addEventListener("hashchange", () => {
      const text = location.hash.slice(1);
      if (text.startsWith("s=") && text !== this.state.link) this.engine.say({ type: "link", text });
    });
    return openChannel(token, given, hear, ended);
  }

  remember(link) { history.replaceState(null, "", `#${link}`); }
}

export async function copyLink(state) {
  if (!state.scenario.shipped) return notice("A link can name shipped scenarios only; send the scenario file instead.");
  const link = `#${state.link}`;
  try {
    await navigator.clipboard.writeText(link);
    notice("");
    speak("The link is copied.");
    flash($("do-link"), "Copied");
  } catch {
    notice(`Open this state anywhere with: wavesim explore '${link}'`);
  }
}

function flash(button, words) {
  const span = button.querySelector("span"), before = span.textContent;
  span.textContent = words;
  setTimeout(() => { span.textContent = before; }, 1400);
}
