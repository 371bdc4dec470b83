"use strict";
// What the parts of a page are made of. Names of genres and songs are only ever set as text.

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
