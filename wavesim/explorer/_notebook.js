// The page inside a notebook: the same files, as blobs in an iframe of their own, so that styles stay apart; messages by the kernel's channel.
const ACK_EVERY = 4;

// a relative path from one of the files to another
const path = (name, other) => new URL(other, `file:///${name}`).pathname.slice(1);

function addresses(files, inside) {
  // modules in the order in which they import each other
  const known = {}, left = new Set(Object.keys(files).filter((name) => name.endsWith(".js")));
  const blob = (text, type) => inside.URL.createObjectURL(new inside.Blob([text], { type }));
  while (left.size) {
    const ready = [...left].filter((name) => [...files[name].matchAll(/from "([^"]+)"/g)].every(([, other]) => known[path(name, other)]));
    if (!ready.length) throw new Error("the modules of the page import each other in a circle");
    for (const name of ready) {
      known[name] = blob(files[name].replace(/from "([^"]+)"/g, (_, other) => `from "${known[path(name, other)]}"`), "text/javascript");
      left.delete(name);
    }
  }
  known["page.css"] = blob(files["page.css"], "text/css");
  known["icon.svg"] = blob(files["icon.svg"], "image/svg+xml");
  return known;
}

function render({ model, el }) {
  const frame = document.createElement("iframe"), files = model.get("files");
  frame.title = "wavesim explore";
  frame.style.cssText = `width: 100%; height: ${model.get("height")}px; border: 0; border-radius: 12px;`;
  el.append(frame);
  const inside = frame.contentWindow;
  let hear = null, acknowledged = 0;
  const receive = (message, buffers) => {
    if (!hear) return;
    if (message.text !== undefined) hear(message.text);
    for (const buffer of buffers || []) hear(buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength));
  };
  model.on("msg:custom", receive);
  inside.wavesimHost = {
    begin(ended, listener) {
      hear = listener;
      model.send({ type: "hello" });
      return {
        say: (message) => model.send(message),
        ack(seq) {
          if (seq - acknowledged < ACK_EVERY && seq > acknowledged) return;
          acknowledged = seq;
          model.send({ type: "ack", seq });
        },
      };
    },
    remember() {},
  };
  const known = addresses(files, inside);
  const html = files["index.html"].replace(/(src|href)="([a-z]+\.[a-z]+)"/g, (_, key, name) => `${key}="${known[name]}"`);
  inside.document.open();
  inside.document.write(html);
  inside.document.close();
  return () => {
    model.off("msg:custom", receive);
    model.send({ type: "bye" });
  };
}

export default { render };
