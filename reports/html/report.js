// A run: its numbers, tables and charts; and the page of all runs.

function ratesTable({ classes, confusion, per_class }) {
  return table("Metrics by genre, with the 95% interval of the recall",
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
  return table("Most confused pairs", ["true genre", "predicted", "songs", "share of genre"],
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
  return [wrong.length ? table("Most confident mistakes", head, rows(wrong), [0, 1, 2]) : el("p", {}, "No song was misclassified."),
    table("Least confident", head, rows(unsure), [0, 1, 2]),
    sure.length ? table("Most confident and correct", head, rows(sure), [0, 1, 2]) : null];
}

function auditTables(audit) {
  const copies = audit.copies ?? [], faults = audit.faults ?? [];
  const words = value => (Array.isArray(value) ? value.join(" ") : typeof value === "object" && value ? JSON.stringify(value) : significant(value));
  const any = (caption, list) => list.length
    ? table(`${caption}: ${list.length}`, Object.keys(list[0]), list.slice(0, 200).map(row => Object.values(row).map(words)), Object.keys(list[0]).map((_, i) => i))
    : el("p", {}, `${caption}: none`);
  return [any("Pairs of the same sound", copies), any("Faults", faults)];
}

const examples = metrics => metrics.confusion.flat().reduce((a, b) => a + b, 0);
const hits = metrics => metrics.confusion.reduce((sum, row, i) => sum + row[i], 0);

function tiles(metrics) {
  const tile = (name, value, below) => el("div", { class: "tile" }, name, el("b", { title: exact(value) }, number(value)), el("span", { class: "muted" }, below));
  const n = examples(metrics);
  return el("div", { class: "tiles" },
    tile("Accuracy", metrics.accuracy, n ? `95%: ${range(interval(hits(metrics), n), 3)}, ${n} songs` : ""),
    metrics.members?.length ? tile("Members alone", metrics.members.reduce((a, b) => a + b) / metrics.members.length,
      `${metrics.members.length}, from ${number(Math.min(...metrics.members))} to ${number(Math.max(...metrics.members))}`) : null,
    metrics.out_of_bag_accuracy ? tile("Out of bag", metrics.out_of_bag_accuracy, "accuracy on examples outside each sample") : null,
    tile("Loss", metrics.loss, "mean cross-entropy"),
    "calibration_error" in metrics ? tile("Calibration error", metrics.calibration_error, "expected calibration error") : null);
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
    command ? [el("p", {}, "To repeat this training:"), el("pre", {}, command),
      el("button", { type: "button", class: "copy", onclick: copy }, "Copy the command"), copied] : null,
    el("details", {}, el("summary", {}, "Seed, data, options"), table("Training setup", ["setting", "value"], rows, [0, 1]))];
}

function runSection(entry, heading) {
  const { metrics, curves, songs = [], songs_total: total = 0, audit, search, run } = entry;
  const parts = [];
  if (run.state === "training") parts.push(el("p", { class: "warning" }, "The training of this run has not ended."));
  if (metrics) parts.push(tiles(metrics));
  if (curves?.loss.training.mean.length) parts.push(heading("Training"), el("div", { class: "side" },
    curvesChart("accuracy", curves.accuracy, curves.members), curvesChart("loss", curves.loss, curves.members)));
  if (metrics) parts.push(heading("Confusion matrix"),
    el("div", { class: "beside" }, el("div", {}, matrix(metrics, songs)), el("div", {}, pairsTable(metrics))),
    heading("Metrics by genre"), ratesTable(metrics), heading("Calibration"), calibrationChart(metrics));
  if (metrics && songs.length) parts.push(...songTables(songs, metrics.classes),
    songs.length < total ? el("p", { class: "muted" }, `${songs.length} of ${total} songs are listed, misclassified ones first.`) : null);
  if (audit) parts.push(heading("Audit of the data"), ...auditTables(audit));
  if (search) parts.push(...searchSection(search, heading));
  if (run.options) parts.push(heading("Training setup"), ...howMade(entry));
  return parts;
}

function comparison(runs) {
  return table("Comparison of the runs", ["run", "accuracy", "95%", "loss", "calibration error", "songs", "epochs"],
    runs.map(({ name, metrics, curves }) => {
      const n = metrics ? examples(metrics) : 0;
      const cell = key => (metrics && key in metrics ? el("span", { title: exact(metrics[key]) }, number(metrics[key])) : "–");
      return [name, cell("accuracy"), n ? range(interval(hits(metrics), n)) : "–", cell("loss"), cell("calibration_error"),
        n, curves ? curves.loss.training.mean.length : "–"];
    }));
}

const { title, runs } = JSON.parse(document.getElementById("data").textContent);
const main = document.getElementById("report");
const many = runs.length > 1;
main.replaceChildren(el("h1", {}, title));
if (many) main.append(comparison(runs));
for (const entry of runs) {
  if (many) main.append(el("h2", {}, entry.name));
  fill(main, {}, [runSection(entry, text => el(many ? "h3" : "h2", {}, text))]);
}
// On paper nothing can be opened.
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(part => { part.open = true; }));
