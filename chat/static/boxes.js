/* Small pieces of forms that the one-on-one views share: ticks, choices, a clock that counts, what was refused. */

import {h} from "./dom.js";
import {t} from "./words.js";

let made = 0;
export const newId = (stem) => `${stem}-${(made += 1)}`;

/** A group of ticks: [[value, words]…]. `chosen`: values ticked before. */
export function ticks(legend, hint, name, options, chosen = []) {
  const id = newId("hint");
  return h("fieldset", {class: "field", "aria-describedby": hint ? id : null}, h("legend", {}, legend), hint ? h("p", {id, class: "hint"}, hint) : null,
    h("div", {class: "ticks"}, ...options.map(([value, words]) => h("label", {class: "tick"}, h("input", {type: "checkbox", name, value, checked: chosen.includes(value)}), h("span", {}, words)))));
}

/** One of several: [[value, words]…]. */
export function choice(legend, name, options, chosen, hint) {
  const id = newId("hint");
  return h("fieldset", {class: "field", "aria-describedby": hint ? id : null}, h("legend", {}, legend), hint ? h("p", {id, class: "hint"}, hint) : null,
    h("div", {class: "ticks"}, ...options.map(([value, words]) => h("label", {class: "tick"}, h("input", {type: "radio", name, value, checked: value === chosen}), h("span", {}, words)))));
}

export const chosenOf = (form, name) => [...form.querySelectorAll(`[name="${name}"]:checked`)].map((box) => box.value);

export function select(label, name, options, chosen) {
  const id = newId(name);
  return h("div", {class: "field"}, h("label", {for: id}, label), h("select", {id, name}, ...options.map(([value, words]) => h("option", {value, selected: value === chosen, dir: "auto"}, words))));
}

export const named = (stem, list) => list.map((one) => [one, t(`${stem}.${one}`)]);

/** Minutes in words; under one it says so. */
export const minutes = (seconds) => (seconds < 60 ? t("wait.seconds") : t("wait.minutes", {n: Math.round(seconds / 60)}));

export const button = (words, act, kind = "quiet outlined", more = {}) => h("button", {type: "button", class: kind, onclick: act, ...more}, words);

/** Seconds that are left until a time; never below zero. */
export const left = (until) => Math.max(0, Math.round((new Date(until) - Date.now()) / 1000));

/** Run `draw` every second while `node` is on the page. Nothing is announced by it. */
export function everySecond(node, draw) {
  draw();
  const timer = setInterval(() => (node.isConnected ? draw() : clearInterval(timer)), 1000);
  return () => clearInterval(timer);
}

/** A panel of its own, with a heading that can take the focus. */
export function panel(kind, heading, ...children) {
  const id = newId("panel");
  return h("section", {class: `sheet panel ${kind}`, "aria-labelledby": id}, h("h2", {id, tabindex: "-1"}, heading), ...children.filter(Boolean));
}

export const says = (words) => (words ? h("p", {dir: "auto"}, words) : null);
