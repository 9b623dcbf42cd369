/* Conversations of two that may be joined without a case: a teen is in them, a listener in their first ten, somebody who
   is held. No names and no words; who joins is seen by the two before anything can be read. Asked for when unfolded. */

import {announce} from "./frame.js";
import {h} from "./dom.js";
import {joinable, supervise} from "./desk-cases.js";
import {button, refusal} from "./desk-rows.js";
import {go} from "./router.js";
import {span, t} from "./words.js";

// Why one may come, as the server says it → the reason one gives.
const REASONS = {nursery: "nursery", held: "held", teen: "training"};

export function conversations() {
  const list = h("ul", {class: "stack joinable", role: "list"});
  const said = h("p", {class: "hint", role: "status"});
  const problem = h("p", {class: "problem", role: "alert", hidden: true});
  const read = async () => {
    const reply = await joinable();
    list.replaceChildren(...(reply.sessions ?? []).map(row));
    list.hidden = !list.childElementCount;
    said.textContent = reply.type === "sessions" ? t("join.count", {n: reply.sessions.length}) : t("desk.away");
  };
  const join = async (room, reason) => {
    const reply = await supervise({room}, reason);
    if (reply.type === "supervising") return go("session", {room: reply.room});
    problem.replaceChildren(...refusal(reply).filter(Boolean));
    problem.hidden = false;
    return read();
  };
  const row = (one) => h("li", {class: "joinable-one"},
    h("p", {}, ...one.why.map((why) => h("span", {class: "tag"}, t(`join.${why in REASONS ? why : "other"}`))), " ", h("span", {class: "hint"}, t("desk.since", {span: span(Math.max(60, Math.round((Date.now() - new Date(one.since)) / 1000)))}))),
    h("div", {class: "verbs"}, one.here ? button(t("join.open"), () => go("session", {room: one.room})) : button(t("join.go"), () => join(one.room, reasonFor(one.why)))));
  const fold = h("details", {class: "unfold desk-joinable", ontoggle: () => fold.open && read()}, h("summary", {}, t("join.title")), h("p", {class: "hint"}, t("join.hint")), said, problem, list,
    h("div", {class: "verbs"}, button(t("join.again"), () => read().then(() => announce(said.textContent)), "quiet")));
  return fold;
}

/** The reason that is so whatever else is: a new listener, else somebody held, else what a teen's conversation allows. */
const reasonFor = (why) => REASONS[["nursery", "held", "teen"].find((one) => why.includes(one))] ?? "concern";
