/* Beside a listener, or somebody of the team: how long it has been, cue cards, calling the team, agreeing to an end.

   Folded by default on a phone: the words come first. Nothing here is seen by the other, and nothing is measured. */

import {ages, mayTellAge} from "./ages.js";
import {button, everySecond, newId, select} from "./boxes.js";
import {h} from "./dom.js";
import {announce} from "./frame.js";
import {caseOf, tellAge} from "./pair-acts.js";
import {span, t} from "./words.js";

const CARDS = 7;
const KINDS = ["suicide", "self_harm", "abuse", "violence", "child", "third_party", "substance", "medication", "psychosis"];

export function makeCompanion({step, cursor, handOn}) {
  const element = h("details", {class: "sheet companion", hidden: true});
  let mark = "";
  let at = 0;

  function cards() {
    const words = h("p", {class: "cue"}, t(`card.${at + 1}`));
    const next = () => {
      at = (at + 1) % CARDS;
      words.textContent = t(`card.${at + 1}`);
      announce(words.textContent);
    };
    return h("div", {class: "stack"}, h("h2", {class: "unseen"}, t("guide.cards")), words, h("div", {class: "verbs"}, button(t("guide.next"), next)));
  }

  function raise() {
    const now = h("input", {type: "checkbox", id: newId("now")});
    const kind = select(t("guide.raise-what"), "kind", KINDS.map((one) => [one, t(`kind.${one}`)]), "suicide");
    const send = async () => {
      const reply = await step("raise", {kind: kind.querySelector("select").value, band: now.checked ? "imminent" : "high"});
      if (reply.type === "raised") announce(t("guide.raised"));
    };
    return h("details", {class: "unfold"}, h("summary", {}, t("guide.raise")), h("div", {class: "stack"}, kind, h("label", {class: "tick"}, now, h("span", {}, t("guide.raise-now"))), h("div", {class: "verbs"}, button(t("guide.bring"), send, "main"))));
  }

  function out() {
    return h("div", {class: "stack"}, h("div", {class: "verbs"}, button(t("give.title"), handOn), button(t("guide.out"), () => step("step_out"))), h("p", {class: "hint"}, t("guide.out-hint")));
  }

  /** Of the team: agree that this is a good place to stop, having read everything up to now. */
  function agree() {
    const problem = h("p", {class: "problem", role: "alert", hidden: true});
    const settle = async () => {
      const reply = await step("settle", {seen: cursor()});
      problem.hidden = reply.type === "settled";
      problem.textContent = reply.path === "seen" ? t("guide.settle-stale") : (reply.says ?? "");
    };
    return h("div", {class: "stack"}, problem, h("div", {class: "verbs"}, button(t("guide.settle"), settle, "main"), button(t("guide.stand-down"), () => step("step_out"))));
  }

  /** Of the team, who was checked, with somebody they were called to. */
  function aged(one) {
    const id = one.role === "guest" && mayTellAge() ? caseOf(one.room) : null;
    if (!id) return [];
    const told = h("p", {class: "hint", hidden: true});
    const done = (words) => {
      told.hidden = false;
      told.textContent = words;
    };
    return [h("details", {class: "unfold"}, h("summary", {}, t("age.title")), ages({say: (is) => tellAge(id, is), done, hint: "age.held"}), told)];
  }

  function draw(one) {
    element.hidden = one.role === "seeker" || Boolean(one.closed);
    if (element.hidden) return;
    const next = JSON.stringify([one.room, one.role, one.state === "stay"]);
    if (next === mark) return;
    mark = next;
    const clock = h("span", {class: "clock"});
    const began = new Date(one.began);
    element.open = globalThis.innerWidth >= 900;
    element.replaceChildren(h("summary", {}, t("guide.title"), " · ", clock), h("div", {class: "stack"}, ...(one.role === "guest" ? [agree(), cards(), ...aged(one)] : [cards(), raise(), out()])));
    everySecond(element, () => (clock.textContent = t("guide.time", {time: span(Math.max(60, (Date.now() - began) / 1000))})));
  }

  return {element, draw};
}
