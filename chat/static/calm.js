/* Two small tools for a bad minute: breathing with a circle, and five things around you. Nothing is counted or kept.

   The circle only moves for who has not asked for less motion; the words and the seconds are enough without it. */

import {button, h} from "./dom.js";
import {t} from "./words.js";

// In for four, hold for two, out for six: a longer way out than in.
const BREATH = [["in", 4], ["hold", 2], ["out", 6]];
const SENSES = ["see", "touch", "hear", "smell", "taste"];
const state = {timer: 0, at: 0};

export function stopBreathing() {
  clearTimeout(state.timer);
  state.timer = 0;
}

export function makeBreathing() {
  const count = h("p", {class: "breath-count"});
  const circle = h("div", {class: "breath", "aria-hidden": "true"}, h("div", {class: "breath-in"}), count);
  const words = h("p", {class: "breath-words"}, t("calm.breath_start"));
  const toggle = button(t("calm.begin"), () => (state.timer ? stop() : step(0, 0)), {kind: "main"});

  function step(at, second) {
    const [name, seconds] = BREATH[at];
    if (second === 0) {
      words.textContent = t(`calm.${name}`);
      circle.dataset.breath = name;
    }
    count.textContent = String(seconds - second);
    toggle.firstElementChild.textContent = t("calm.stop");
    const next = second + 1 < seconds ? [at, second + 1] : [(at + 1) % BREATH.length, 0];
    state.timer = setTimeout(() => step(...next), 1_000);
  }

  function stop() {
    stopBreathing();
    circle.dataset.breath = "";
    count.textContent = "";
    words.textContent = t("calm.breath_start");
    toggle.firstElementChild.textContent = t("calm.begin");
  }

  return h("div", {class: "breathing stack"}, circle, words, toggle);
}

export function makeGrounding() {
  const title = h("p", {class: "ground-title", "aria-live": "polite"});
  const next = button(t("calm.next"), () => show((state.at + 1) % (SENSES.length + 1)), {kind: "main"});
  const dots = h("p", {class: "ground-dots", "aria-hidden": "true"});
  function show(at) {
    state.at = at;
    const sense = SENSES[at];
    title.textContent = sense ? t(`calm.${sense}`) : t("calm.done");
    dots.replaceChildren(...SENSES.map((_, place) => h("span", {class: place < at ? "dot lit" : "dot"})));
    next.firstElementChild.textContent = sense ? t("calm.next") : t("calm.again");
  }
  show(0);
  return h("div", {class: "grounding stack"}, title, dots, next);
}
