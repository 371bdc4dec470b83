"use strict";
// Draws the whole page from the JSON in it. Names of genres and songs are only ever set as text.

const data = JSON.parse(document.getElementById("data").textContent);
const main = document.getElementById("report");

// ---- Elements

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes))
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null) node.setAttribute(name, value);
  node.append(...children.flat(Infinity).filter(child => child !== null));
  return node;
}
const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

const number = (x, digits = 3) => (x === null || x === undefined ? "–" : x.toFixed(digits));
const percent = x => (x > 0 && x < 0.005 ? "<1%" : x < 1 && x >= 0.995 ? ">99%" : (100 * x).toFixed(0) + "%");
const exact = x => (x === null || x === undefined ? null : String(x));  // all digits, as the files have them
const significant = x => (typeof x === "number" ? String(Number(x.toPrecision(4))) : String(x));

/** The 95% interval of a share of n (Wilson). */
function interval(hits, n) {
  const z = 1.96, share = hits / n, middle = share + z * z / (2 * n);
  const half = z * Math.sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  return [(middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)];
}
const range = ([low, high], digits = 2) => `${low.toFixed(digits)} to ${high.toFixed(digits)}`;

/** Rows of cells: text, numbers or nodes; those of `words` are columns of text. */
function table(caption, head, rows, words = [0]) {
  const kind = i => (words.includes(i) ? { class: "text" } : {});
  return el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": caption },
    el("table", {}, el("caption", {}, caption),
      el("thead", {}, el("tr", {}, head.map((cell, i) => el("th", { scope: "col", ...kind(i) }, cell)))),
      el("tbody", {}, rows.map(row => el("tr", {}, row.map((cell, i) =>
        i === 0 ? el("th", { scope: "row", ...kind(i) }, cell) : el("td", kind(i), cell ?? "–")))))));
}

// ---- Charts

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
const labelled = values => values.map(value => [value, significant(value)]);

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
  const columns = labelled([1, ...ticks(1, Math.max(epochs, 2), 8).filter(e => e % 1 === 0 && e > 1 && e <= epochs)]);
  return el("figure", {},
    chart(`${name} by epoch; at the end ${last("training")} in training, ${last("validation")} in validation`,
      x, y, columns, labelled(ticks(low, high, 5)), "epoch", marks),
    el("figcaption", {}, el("span", { class: "key first" }, `${name} in training`),
      stretches(curves.validation).length ? el("span", { class: "key second" }, "in validation") : null,
      members > 1 ? `lines: mean of ${members} members, bands: lowest to highest` : ""));
}

function calibrationChart(metrics) {
  const bins = (metrics.calibration ?? []).filter(bin => bin.examples > 0);
  if (bins.length === 0) return null;
  const x = scale(0, 1, box.left, right), y = scale(0, 1, bottom, box.top);
  const sides = labelled([0, 0.2, 0.4, 0.6, 0.8, 1]);
  const marks = bins.map(bin => {
    const [low, high] = interval(bin.accuracy * bin.examples, bin.examples);
    return svg("g", {}, svg("title", {}, `${bin.examples} named with ${percent(bin.probability)}: right ${percent(bin.accuracy)}`),
      svg("line", { class: "first", x1: x(bin.probability), x2: x(bin.probability), y1: y(low), y2: y(high) }),
      svg("circle", { class: "fill-first", cx: x(bin.probability), cy: y(bin.accuracy), r: 3 + 5 * Math.sqrt(bin.examples / Math.max(...bins.map(b => b.examples))) }));
  });
  return el("figure", {},
    chart(`Reliability diagram; expected calibration error ${number(metrics.calibration_error)}`, x, y, sides, sides,
      "probability of the genre that was named",
      svg("line", { class: "axis", "stroke-dasharray": "4 4", x1: x(0), y1: y(0), x2: x(1), y2: y(1) }), marks),
    el("figcaption", {}, "Share that is right, with its 95% interval; the larger a dot, the more songs. On the dashed line, " +
      `probabilities are what they say. Expected calibration error ${number(metrics.calibration_error)}.`));
}

// ---- The confusion matrix

/** From pale to dark blue, the same on a light and a dark page, with the color of text on it. */
function heat(share) {
  const mix = [[222, 235, 247], [8, 48, 107]].reduce((a, b) => a.map((v, i) => v + (b[i] - v) * Math.sqrt(share)));
  const linear = mix.map(v => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  const luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  return `background: rgb(${mix.map(Math.round).join(" ")}); color: ${luminance > 0.179 ? "#000" : "#fff"}`;
}

/** Genres so that those that are taken for each other are neighbors: from the closest pair outward. */
function bySimilarity(confusion) {
  const n = confusion.length, total = confusion.map(row => row.reduce((a, b) => a + b, 0) || 1);
  const near = (i, j) => confusion[i][j] / total[i] + confusion[j][i] / total[j];
  const left = new Set(confusion.keys());
  const best = pairs => pairs.reduce((a, b) => (near(...b) > near(...a) ? b : a));
  if (n < 3) return [...left];
  const order = best([...left].flatMap(i => [...left].filter(j => j > i).map(j => [i, j])));
  order.forEach(i => left.delete(i));
  while (left.size) {
    const [end, next] = best([0, order.length - 1].flatMap(at => [...left].map(j => [order[at], j])));
    if (end === order[0]) order.unshift(next); else order.push(next);
    left.delete(next);
  }
  return order;
}

const likeliest = (song, classes) => song[3].map(([k, p]) => `${classes[k]} ${percent(p)}`).join(", ");

function matrix(metrics, songs) {
  const { classes, confusion } = metrics;
  const total = confusion.map(row => row.reduce((a, b) => a + b, 0));
  const place = el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Confusion matrix" });
  const list = el("div", { "aria-live": "polite" });
  const state = { shares: false, similar: false, cell: null };

  const show = (i, j) => {
    state.cell = [i, j];
    const some = songs.filter(song => song[1] === i && song[2] === j);
    list.replaceChildren(
      table(`${classes[i]} named ${classes[j]}: ${confusion[i][j]}` +
        (songs.length && some.length < confusion[i][j] ? `, of which ${some.length} are listed` : ""),
        ["song", "likeliest genres"], some.map(song => [song[0], likeliest(song, classes)]), [0, 1]));
    draw();
  };
  const cell = (i, j) => {
    const count = confusion[i][j], share = count / total[i];
    if (!count) return el("td", {}, el("span", { class: "none" }, "0"));
    return el("td", {}, el("button", {
      type: "button", style: heat(share), onclick: () => show(i, j), "data-cell": `${i},${j}`,
      "aria-pressed": String(state.cell?.[0] === i && state.cell?.[1] === j),
      "aria-label": `${classes[i]} named ${classes[j]}: ${count} of ${total[i]}`,
      title: `${classes[i]} → ${classes[j]}: ${count} of ${total[i]}`,
    }, state.shares ? percent(share) : String(count)));
  };
  const draw = () => {
    const focused = document.activeElement?.dataset?.cell;
    const order = state.similar ? bySimilarity(confusion) : classes.map((_, i) => i);
    place.replaceChildren(el("table", { class: "matrix" },
      el("thead", {}, el("tr", {}, el("td", {}), order.map(j => el("th", { scope: "col" }, el("span", {}, classes[j]))))),
      el("tbody", {}, order.map(i => el("tr", {}, el("th", { scope: "row" }, classes[i]), order.map(j => cell(i, j)))))));
    if (focused) place.querySelector(`[data-cell="${focused}"]`)?.focus();
  };
  const toggle = (key, text) => {
    const button = el("button", { type: "button", "aria-pressed": "false" }, text);
    button.addEventListener("click", () => {
      state[key] = !state[key];
      button.setAttribute("aria-pressed", String(state[key]));
      draw();
    });
    return button;
  };
  draw();
  return [el("div", { class: "choices" }, toggle("shares", "Shares"), toggle("similar", "Sort by similarity")),
    el("p", { class: "muted" }, "Rows: the true genre. Columns: the genre that was named. Choose a cell to list its songs."), place, list];
}

// ---- Tables

function ratesTable({ classes, confusion, per_class }) {
  return table("Rates by genre, with the 95% interval of the recall",
    ["genre", "precision", "recall (TPR)", "95%", "FPR", "F1", "songs"], classes.map((genre, i) => {
      const n = confusion[i].reduce((a, b) => a + b, 0), rates = per_class[genre];
      const cell = key => el("span", { title: exact(rates[key]) }, n || key === "false_positive_rate" ? number(rates[key]) : "–");
      return [genre, cell("precision"), cell("recall"), n ? range(interval(confusion[i][i], n)) : "–",
        cell("false_positive_rate"), cell("f1"), n];
    }));
}

function pairsTable({ classes, confusion }) {
  const pairs = confusion.flatMap((row, i) => row.map((count, j) => [i, j, count])).filter(([i, j, count]) => i !== j && count);
  pairs.sort((a, b) => b[2] - a[2]);
  if (!pairs.length) return null;
  return table("The pairs that are confused most", ["true genre", "named", "songs", "of the genre"],
    pairs.slice(0, 10).map(([i, j, count]) =>
      [classes[i], classes[j], count, percent(count / confusion[i].reduce((a, b) => a + b, 0))]), [0, 1]);
}

function songTables(songs, classes) {
  const p = song => song[3].find(([k]) => k === song[2])?.[1] ?? 0;
  const rows = list => list.slice(0, 10).map(song => [song[0], classes[song[1]], likeliest(song, classes)]);
  const head = ["song", "true genre", "likeliest genres"];
  const wrong = songs.filter(song => song[1] !== song[2]).sort((a, b) => p(b) - p(a));
  const unsure = [...songs].sort((a, b) => p(a) - p(b));
  const sure = songs.filter(song => song[1] === song[2]).sort((a, b) => p(b) - p(a));
  return [wrong.length ? table("Surest, and wrong", head, rows(wrong), [0, 1, 2]) : el("p", {}, "No song was named wrongly."),
    table("Least sure", head, rows(unsure), [0, 1, 2]),
    sure.length ? table("Surest, and right", head, rows(sure), [0, 1, 2]) : null];
}

function auditTables(audit) {
  const copies = audit.copies ?? [], faults = audit.faults ?? [];
  const words = value => (Array.isArray(value) ? value.join(" ") : typeof value === "object" && value ? JSON.stringify(value) : significant(value));
  const any = (caption, list) => list.length
    ? table(`${caption}: ${list.length}`, Object.keys(list[0]), list.slice(0, 200).map(row => Object.values(row).map(words)), Object.keys(list[0]).map((_, i) => i))
    : el("p", {}, `${caption}: none`);
  return [any("Pairs of the same sound", copies), any("Faults", faults)];
}

// ---- A search

const isValued = trial => typeof trial.value === "number" && (trial.state === "complete" || trial.state === "pruned");

function valueAxis(trials) {
  const values = trials.map(trial => trial.value), low = Math.min(...values), high = Math.max(...values);
  const spare = 0.05 * (high - low || 1);
  return [scale(low - spare, high + spare, bottom, box.top), labelled(ticks(low - spare, high + spare, 5))];
}
const trialDot = (trial, x, y, text) => svg("circle", { class: trial.state === "pruned" ? "fill-muted" : "fill-first",
  "fill-opacity": .75, cx: x, cy: y, r: 3.5 }, svg("title", {}, text));

function historyChart(search, trials) {
  const [y, rows] = valueAxis(trials), lastTrial = Math.max(...trials.map(t => t.number), 1);
  const x = scale(0, lastTrial, box.left + 6, right - 6);
  const better = search.direction === "minimize" ? Math.min : Math.max;
  let best = null;
  const line = trials.filter(t => t.state === "complete").flatMap(t => {
    const before = best;
    best = best === null ? t.value : better(best, t.value);
    return (before === null ? [] : [`${x(t.number)},${y(before)}`]).concat(`${x(t.number)},${y(best)}`);
  });
  if (best !== null) line.push(`${x(lastTrial)},${y(best)}`);
  return el("figure", {}, chart(`${search.objective} by trial; the best is ${significant(best)}`, x, y,
    labelled(ticks(0, lastTrial, 8).filter(v => v % 1 === 0)), rows, "trial",
    svg("polyline", { class: "line second", points: line.join(" ") }),
    trials.map(t => trialDot(t, x(t.number), y(t.value), `trial ${t.number}: ${significant(t.value)}`))),
    el("figcaption", {}, `${search.objective} of the trials; gray: pruned; the line is the best so far.`));
}

function slice(search, name, trials) {
  const some = trials.filter(t => name in t.params);
  const { log, whole, choices } = search.parameters[name];
  const [y, rows] = valueAxis(trials), texts = choices?.map(String);
  const at = choices ? v => texts.indexOf(String(v)) : log ? Math.log10 : v => v;
  const places = choices ? texts.map((_, i) => i) : some.map(t => at(t.params[name]));
  const low = Math.min(...places), high = Math.max(...places);
  const x = scale(low, high === low ? low + 1 : high, box.left + 16, right - 16);
  const columns = choices ? texts.map((text, i) => [i, text]) : high === low ? [[low, significant(some[0].params[name])]]
    : ticks(low, high, 5).filter(v => log || !whole || v % 1 === 0).map(v => [v, significant(log ? 10 ** v : v)]);
  return el("figure", {}, chart(`${search.objective} by ${name}`, x, y, columns, rows, name + (log ? " (logarithmic)" : ""),
    some.map(t => trialDot(t, x(at(t.params[name])), y(t.value), `trial ${t.number}: ${name} ${significant(t.params[name])}, ${significant(t.value)}`))));
}

function importanceChart(search) {
  const all = Object.entries(search.importance).sort((a, b) => b[1] - a[1]);
  if (!all.length) return null;
  return table("Importance of the parameters", ["parameter", "share of the variance", ""], all.map(([name, value]) =>
    [name, el("span", { title: exact(value) }, number(value, 2)),
      svg("svg", { viewBox: "0 0 160 14", style: "width: 10rem", "aria-hidden": "true" },
        svg("rect", { class: "fill-first", width: 160 * value, height: 14, rx: 2 }))]));
}

function trialsTable(search) {
  const names = Object.keys(search.parameters);
  const columns = [["trial", t => t.number], ["state", t => t.state], [search.objective, t => t.value],
    ...names.map(name => [name, t => t.params[name] ?? null])];
  const place = el("div");
  let by = 2, down = search.direction !== "minimize";
  const draw = () => {
    const key = columns[by][1], sign = down ? -1 : 1;
    const rows = [...search.trials].sort((a, b) => {
      const [u, v] = [key(a), key(b)];
      return u === null ? 1 : v === null ? -1 : sign * (u < v ? -1 : u > v ? 1 : 0);
    });
    const head = columns.map(([name], i) => el("button", { type: "button", onclick: () => {
      down = by === i ? !down : false;
      by = i;
      draw();
      place.querySelectorAll("th button")[i].focus();
    } }, name + (by === i ? (down ? " ↓" : " ↑") : "")));
    place.replaceChildren(table(`All ${rows.length} trials; a click on a column's name sorts by it`, head,
      rows.map(t => columns.map(([, value]) => { const v = value(t); return v === null ? "–" : significant(v); }))));
  };
  draw();
  return place;
}

function searchSection(search, heading) {
  const trials = search.trials.filter(isValued);
  return [heading("The search"),
    trials.length ? [el("div", { class: "side" }, historyChart(search, trials), importanceChart(search)),
      el("h3", {}, "Values by parameter"),
      el("div", { class: "side" }, Object.keys(search.parameters).map(name => slice(search, name, trials)))] : null,
    el("details", {}, el("summary", {}, "Table of trials"), trialsTable(search))];
}

// ---- A run

const examples = metrics => metrics.confusion.flat().reduce((a, b) => a + b, 0);
const hits = metrics => metrics.confusion.reduce((sum, row, i) => sum + row[i], 0);

function tiles(metrics) {
  const tile = (name, value, below) => el("div", { class: "tile" }, name, el("b", { title: exact(value) }, number(value)), el("span", { class: "muted" }, below));
  const n = examples(metrics);
  return el("div", { class: "tiles" },
    tile("Accuracy", metrics.accuracy, n ? `95%: ${range(interval(hits(metrics), n), 3)}, ${n} songs` : ""),
    metrics.members?.length ? tile("Members alone", metrics.members.reduce((a, b) => a + b) / metrics.members.length,
      `${metrics.members.length}, from ${number(Math.min(...metrics.members))} to ${number(Math.max(...metrics.members))}`) : null,
    metrics.out_of_bag_accuracy ? tile("Out of bag", metrics.out_of_bag_accuracy, "accuracy on what members did not see") : null,
    tile("Loss", metrics.loss, "mean cross-entropy"),
    "calibration_error" in metrics ? tile("Calibration error", metrics.calibration_error, "how far probabilities are off") : null);
}

function howMade({ run, command }) {
  const facts = [["seed", run.seed], ["device", run.device], ["version", run.versions?.tutti], ["data", run.data?.path],
    ["fingerprint of the data", run.data?.fingerprint], ["temperature", run.temperature],
    ...Object.entries(run.options ?? {})].filter(([, value]) => value !== undefined && value !== null);
  const rows = facts.map(([name, value]) => [name.replaceAll("_", " "), typeof value === "object" ? JSON.stringify(value) : String(value)]);
  const copied = el("span", { "aria-live": "polite", class: "muted" });
  const copy = () => navigator.clipboard.writeText(command).then(
    () => copied.replaceChildren(" Copied."), () => copied.replaceChildren(" Please select it and copy it."));
  return [
    command ? [el("p", {}, "To train it again:"), el("pre", {}, command),
      el("button", { type: "button", class: "copy", onclick: copy }, "Copy the command"), copied] : null,
    el("details", {}, el("summary", {}, "Seed, data, options"), table("What trained it", ["what", "value"], rows, [0, 1]))];
}

function runSection(entry, heading) {
  const { metrics, curves, songs = [], songs_total: total = 0, audit, search, run } = entry;
  const parts = [];
  if (run.state === "training") parts.push(el("p", { class: "warning" }, "The training of this run has not ended."));
  if (metrics) parts.push(tiles(metrics));
  if (curves?.loss.training.mean.length) parts.push(heading("Training"), el("div", { class: "side" },
    curvesChart("accuracy", curves.accuracy, curves.members), curvesChart("loss", curves.loss, curves.members)));
  if (metrics) parts.push(heading("What is taken for what"),
    el("div", { class: "beside" }, el("div", {}, matrix(metrics, songs)), el("div", {}, pairsTable(metrics))),
    heading("By genre"), ratesTable(metrics), heading("How sure it is"), calibrationChart(metrics));
  if (metrics && songs.length) parts.push(...songTables(songs, metrics.classes),
    songs.length < total ? el("p", { class: "muted" }, `Of ${total} songs, ${songs.length} are listed, wrongly named ones first.`) : null);
  if (audit) parts.push(heading("The audit"), ...auditTables(audit));
  if (search) parts.push(...searchSection(search, heading));
  if (run.options) parts.push(heading("How it was made"), ...howMade(entry));
  return parts;
}

function comparison(runs) {
  return table("The runs beside each other", ["run", "accuracy", "95%", "loss", "calibration error", "songs", "epochs"],
    runs.map(({ name, metrics, curves }) => {
      const n = metrics ? examples(metrics) : 0;
      const cell = key => (metrics && key in metrics ? el("span", { title: exact(metrics[key]) }, number(metrics[key])) : "–");
      return [name, cell("accuracy"), n ? range(interval(hits(metrics), n)) : "–", cell("loss"), cell("calibration_error"),
        n, curves ? curves.loss.training.mean.length : "–"];
    }));
}

const { title, runs } = data;
const many = runs.length > 1;
main.replaceChildren(el("h1", {}, title));
if (many) main.append(comparison(runs));
for (const entry of runs) {
  if (many) main.append(el("h2", {}, entry.name));
  fill(main, {}, [runSection(entry, text => el(many ? "h3" : "h2", {}, text))]);
}
