// Axes, and the charts of curves and calibration.

const box = { left: 46, top: 10, width: 434, height: 220 };
const right = box.left + box.width, bottom = box.top + box.height;

/** Round numbers, about `count` of them, from low to high. */
function ticks(low, high, count) {
  if (!(high > low)) return [low];
  const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(x => x * power).find(x => x >= rough);
  const all = [];
  for (let x = Math.ceil(low / step - 1e-9) * step; x <= high + 1e-9 * step; x += step) all.push(Number(x.toPrecision(12)));
  return all;
}
const scale = (low, high, from, to) => x => from + (x - low) / (high - low || 1) * (to - from);

/** Axes with their grid; the lines of either are at [value, label]. */
function chart(label, x, y, columns, rows, xTitle, ...marks) {
  return svg("svg", { viewBox: "0 0 490 276", role: "img", "aria-label": label },
    rows.map(([value, text]) => [
      svg("line", { class: "grid", x1: box.left, x2: right, y1: y(value), y2: y(value) }),
      svg("text", { x: box.left - 7, y: y(value) + 4, "text-anchor": "end" }, text)]),
    svg("line", { class: "axis", x1: box.left, x2: right, y1: bottom, y2: bottom }),
    columns.map(([value, text]) => svg("text", { x: x(value), y: bottom + 18, "text-anchor": "middle" }, text)),
    svg("text", { x: box.left + box.width / 2, y: bottom + 38, "text-anchor": "middle" }, xTitle), marks);
}
const labeled = values => values.map(value => [value, significant(value)]);

/** Stretches of a curve without gaps, as lists of epochs. */
function stretches(curve) {
  const all = [];
  curve.mean.forEach((value, i) => {
    if (value === null) return;
    if (i === 0 || curve.mean[i - 1] === null) all.push([]);
    all.at(-1).push(i);
  });
  return all;
}

function curvesChart(name, curves, members) {
  const values = ["training", "validation"].flatMap(part => [...curves[part].low, ...curves[part].high]).filter(v => v !== null);
  if (values.length === 0) return null;
  const epochs = curves.training.mean.length;
  const isShare = name === "accuracy";
  const high = isShare ? 1 : Math.max(...values, 1e-9), low = Math.min(0, ...values);
  const x = scale(1, Math.max(epochs, 2), box.left + 8, right - 8), y = scale(low, high, bottom, box.top);
  const marks = [["training", "first"], ["validation", "second"]].flatMap(([part, color]) =>
    stretches(curves[part]).flatMap(epochs => {
      const line = side => epochs.map(i => `${x(i + 1).toFixed(1)},${y(curves[part][side][i]).toFixed(1)}`);
      return [
        members > 1 ? svg("polygon", { class: `band fill-${color}`, points: [...line("high"), ...line("low").reverse()].join(" ") }) : null,
        svg("polyline", { class: `line ${color}`, points: line("mean").join(" ") }),
        epochs.length === 1 ? svg("circle", { class: `fill-${color}`, cx: x(epochs[0] + 1), cy: y(curves[part].mean[epochs[0]]), r: 3 }) : null];
    }));
  const last = part => number(curves[part].mean.filter(v => v !== null).at(-1), 4);
  const columns = labeled([1, ...ticks(1, Math.max(epochs, 2), 8).filter(e => e % 1 === 0 && e > 1 && e <= epochs)]);
  return el("figure", {},
    chart(`${name} by epoch; at the end ${last("training")} in training, ${last("validation")} in validation`,
      x, y, columns, labeled(ticks(low, high, 5)), "epoch", marks),
    el("figcaption", {}, el("span", { class: "key first" }, `${name} in training`),
      stretches(curves.validation).length ? el("span", { class: "key second" }, "in validation") : null,
      members > 1 ? `lines: mean of ${members} members, bands: lowest to highest` : ""));
}

function calibrationChart(metrics) {
  const bins = (metrics.calibration ?? []).filter(bin => bin.examples > 0);
  if (bins.length === 0) return null;
  const x = scale(0, 1, box.left, right), y = scale(0, 1, bottom, box.top);
  const sides = labeled([0, 0.2, 0.4, 0.6, 0.8, 1]);
  const marks = bins.map(bin => {
    const [low, high] = interval(bin.accuracy * bin.examples, bin.examples);
    return svg("g", {}, svg("title", {}, `${bin.examples} named with ${percent(bin.probability)}: right ${percent(bin.accuracy)}`),
      svg("line", { class: "first", x1: x(bin.probability), x2: x(bin.probability), y1: y(low), y2: y(high) }),
      svg("circle", { class: "fill-first", cx: x(bin.probability), cy: y(bin.accuracy), r: 3 + 5 * Math.sqrt(bin.examples / Math.max(...bins.map(b => b.examples))) }));
  });
  return el("figure", {},
    chart(`Reliability diagram; expected calibration error ${number(metrics.calibration_error)}`, x, y, sides, sides,
      "predicted probability",
      svg("line", { class: "axis", "stroke-dasharray": "4 4", x1: x(0), y1: y(0), x2: x(1), y2: y(1) }), marks),
    el("figcaption", {}, "Share of correct predictions with its 95% interval; larger dots stand for more songs. On the dashed line, " +
      `probabilities are perfectly calibrated. Expected calibration error ${number(metrics.calibration_error)}.`));
}
