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
