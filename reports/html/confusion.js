// The confusion matrix, and the songs of its cells.

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
    el("p", { class: "muted" }, "Rows: true genre. Columns: predicted genre. Choose a cell to list its songs."), place, list];
}
