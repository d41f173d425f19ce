// Canvases that follow their boxes, ticks at round numbers, and the colors of the style sheet.

const colors = new Map();
export function color(name) {
  if (!colors.has(name)) colors.set(name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim());
  return colors.get(name);
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => colors.clear());

export const FONT = '"Inter","Segoe UI","DejaVu Sans",Roboto,"Helvetica Neue",Arial,sans-serif';

// A context in CSS pixels; null while the box has no size.
export function contextOf(canvas) {
  const ratio = Math.min(devicePixelRatio || 1, 2.5);
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (!width || !height) return null;
  const across = Math.round(width * ratio), down = Math.round(height * ratio);
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
  }
  const context = canvas.getContext("2d");
  context.setTransform(across / width, 0, 0, down / height, 0, 0);
  context.clearRect(0, 0, width, height);
  context.lineJoin = "round";
  context.font = `13px ${FONT}`;
  return { context, width, height };
}

export function onResize(canvas, paint) {
  new ResizeObserver(paint).observe(canvas);
}

// About `count` round numbers between low and high.
export function ticks(low, high, count) {
  const span = high - low;
  if (!(span > 0)) return [low];
  const size = 10 ** Math.floor(Math.log10(span / count));
  const step = [1, 2, 5, 10].map((n) => n * size).find((n) => span / n <= count) || 10 * size;
  const found = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + 1e-9 * span; n++) found.push(n * step);
  return found;
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
export function power(exponent) {
  return "10" + String(exponent).replace("-", "⁻").replace(/\d/g, (d) => RAISED[d]);
}

// A number as a reader wants it.
export function text(value, digits = 4) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) {
    const exponent = Math.floor(Math.log10(size));
    return `${(value / 10 ** exponent).toFixed(Math.max(digits - 2, 1))} × ${power(exponent)}`.replace("-", "−");
  }
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}

export function fixed(value, decimals) {
  return (Math.round(value * 10 ** decimals) / 10 ** decimals + 0).toFixed(decimals).replace("-", "−");
}

// Powers of ten between the two exponents; of a short axis 2 and 5 times them as well.
function decades(low, high) {
  const found = [];
  for (let n = Math.floor(low); n <= high; n++)
    for (const m of high - low > 1.7 ? [1] : [1, 2, 5]) if (Math.log10(m) + n >= low - 1e-9 && Math.log10(m) + n <= high + 1e-9) found.push(m * 10 ** n);
  return found;
}

// An axis system: pixels of x and y, and a frame with ticks.
export function axes(context, box, xlim, ylim, options = {}) {
  const { left, top, width, height } = box;
  const X = (x) => left + ((x - xlim[0]) / (xlim[1] - xlim[0])) * width;
  const raise = options.log ? Math.log10 : (y) => y;
  const low = raise(ylim[0]), high = raise(ylim[1]);
  const Y = (y) => top + height - ((raise(y) - low) / (high - low)) * height;
  const size = options.size || 13;
  context.font = `${size}px ${FONT}`;
  context.lineWidth = 1;
  context.fillStyle = color("soft");
  context.strokeStyle = color("hair");
  context.textAlign = "right";
  context.textBaseline = "middle";
  const rows = options.log
    ? decades(low, high)
    : options.rows === 0 ? [] : ticks(ylim[0], ylim[1], options.rows || 4);
  const every = Math.ceil(rows.length / 6);
  rows.forEach((y, n) => {
    if (n % every) return;
    context.beginPath();
    context.moveTo(left, Y(y));
    context.lineTo(left + width, Y(y));
    context.stroke();
    context.fillText(options.log && high - low > 1.7 ? power(Math.round(Math.log10(y))) : text(y, 3), left - 7, Y(y));
  });
  context.textAlign = "center";
  context.textBaseline = "top";
  const columns = options.columns === 0 ? [] : ticks(xlim[0], xlim[1], options.columns || Math.max(3, Math.floor(width / 75)));
  for (const x of columns) {
    if (options.named && X(x) > left + width - 12 - 7 * options.named.length) continue;
    context.fillText(text(x, 4), X(x), top + height + 6);
  }
  if (options.named) {
    context.textAlign = "right";
    context.fillText(options.named, left + width, top + height + 6);
  }
  return { X, Y };
}

export function curve(context, xs, ys, X, Y, style) {
  context.beginPath();
  let pen = false;
  for (let n = 0; n < xs.length; n++) {
    const y = ys[n];
    if (!Number.isFinite(y)) { pen = false; continue; }
    if (pen) context.lineTo(X(xs[n]), Y(y));
    else context.moveTo(X(xs[n]), Y(y));
    pen = true;
  }
  context.strokeStyle = style.color;
  context.lineWidth = style.width || 2;
  context.setLineDash(style.dash || []);
  context.stroke();
  context.setLineDash([]);
}

export function knob(context, x, y, tint, held) {
  context.beginPath();
  context.arc(x, y, held ? 9 : 7, 0, 7);
  context.fillStyle = color("card");
  context.fill();
  context.lineWidth = 2.2;
  context.strokeStyle = tint;
  context.stroke();
}
