// The way to the engine: say, acknowledge, and what comes back. A notebook gives another channel with the same three doors.
import { VERSION } from "./wire.js";

export function openChannel(token, state, hear, ended) {
  const socket = new WebSocket(`ws://${location.host}/socket`);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token, version: VERSION, state }));
  socket.onmessage = (event) => hear(event.data);
  socket.onclose = (event) => ended(event.code, event.reason);
  return {
    say(message) {
      if (socket.readyState === 1) socket.send(JSON.stringify(message));
    },
    ack(seq) {
      if (socket.readyState === 1) socket.send(new Uint32Array([seq]));
    },
  };
}

// What the page asks of the engine. Changes are numbered, so that the first frame with a change tells how long it took to be seen.
export class Engine {
  constructor(measures) {
    this.measures = measures;
    this.channel = null;
    this.generation = 0;
    this.sent = new Map();
  }

  say(message) { if (this.channel) this.channel.say(message); }

  ack(seq) { if (this.channel) this.channel.ack(seq); }

  change(message) {
    this.generation += 1;
    this.sent.set(this.generation, performance.now());
    // an engine that falls behind must not fill the memory
    if (this.sent.size > 400) this.sent.delete(this.sent.keys().next().value);
    this.say({ ...message, generation: this.generation });
  }

  seen(generation) {
    const asked = this.sent.get(generation);
    if (asked === undefined) return;
    this.measures.latencies.push(performance.now() - asked);
    for (const key of this.sent.keys()) if (key <= generation) this.sent.delete(key);
  }
}
