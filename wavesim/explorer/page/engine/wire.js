// What comes over the wire in bytes: a head of 60 bytes before psi, or named arrays behind a line of JSON. The same table as _wire.py.
export const VERSION = 1;
export const LINE = 1, ARRAYS = 2, PLANE = 3, FILE = 4;
const HEAD = 60;

export function read(buffer) {
  const view = new DataView(buffer);
  const kind = view.getUint8(0);
  if (kind === LINE || kind === PLANE) {
    const numbers = [];
    for (let n = 0; n < view.getUint16(2, true); n++) numbers.push(view.getFloat32(36 + 4 * n, true));
    return {
      kind,
      seq: view.getUint32(4, true),
      generation: view.getUint32(8, true),
      frame: view.getUint32(12, true),
      columns: view.getUint32(16, true),
      rows: view.getUint32(20, true),
      first: view.getFloat32(24, true),
      spacing: view.getFloat32(28, true),
      time: view.getFloat32(32, true),
      numbers,
      psi: kind === LINE ? new Float32Array(buffer, HEAD) : new Uint16Array(buffer, HEAD),
    };
  }
  const length = view.getUint32(4, true);
  const meta = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  if (kind === FILE) return { kind, name: meta.name, type: meta.kind, content: buffer.slice(8 + length) };
  let place = 8 + length;
  const data = {};
  for (const [name, size] of meta.arrays) {
    data[name] = new Float32Array(buffer, place, size);
    place += 4 * size;
  }
  return { kind, ...meta, data };
}

export function half(bits) {
  const exponent = (bits >> 10) & 31, fraction = bits & 1023, sign = bits & 32768 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
