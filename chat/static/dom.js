/* Elements. Text only ever becomes text nodes; no string is ever read as markup. */

const SVG = "http://www.w3.org/2000/svg";

/** Make an element: `h("p", {class: "x", onclick: f}, "text", child, null)`. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A picture of the sprite in index.html. */
export function icon(name, kind = "icon") {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", kind);
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** A drawing of its own: `shape("circle", {cx: 60, …})` inside `shape("svg", {viewBox: …}, …)`. */
export function shape(tag, props, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export const $ = (id) => document.getElementById(id);

/** A button that is a line of words with a picture before it. */
export function button(words, does, {kind = "quiet outlined", pic, ...more} = {}) {
  return h("button", {type: "button", class: kind, onclick: does, ...more}, pic ? icon(pic) : null, h("span", {}, words));
}

/** Where else in the web; it opens in a tab that knows nothing of this one. */
export function outside(url, words, kind = "reach") {
  if (!String(url ?? "").toLowerCase().startsWith("https:")) return h("span", {dir: "auto"}, words);
  return h("a", {class: kind, href: url, target: "_blank", rel: "noopener noreferrer", dir: "auto"}, kind === "reach" ? icon("web") : null, words);
}
