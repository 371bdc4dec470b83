// A study: its trials in charts and in a table.

const isValued = trial => typeof trial.value === "number" && (trial.state === "complete" || trial.state === "pruned");

function valueAxis(trials) {
  const values = trials.map(trial => trial.value), low = Math.min(...values), high = Math.max(...values);
  const spare = 0.05 * (high - low || 1);
  return [scale(low - spare, high + spare, bottom, box.top), labeled(ticks(low - spare, high + spare, 5))];
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
    labeled(ticks(0, lastTrial, 8).filter(v => v % 1 === 0)), rows, "trial",
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
  return table("Parameter importance", ["parameter", "importance", ""], all.map(([name, value]) =>
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
  return [heading("Hyperparameter search"),
    trials.length ? [el("div", { class: "side" }, historyChart(search, trials), importanceChart(search)),
      el("h3", {}, "Objective by parameter"),
      el("div", { class: "side" }, Object.keys(search.parameters).map(name => slice(search, name, trials)))] : null,
    el("details", {}, el("summary", {}, "Table of trials"), trialsTable(search))];
}
