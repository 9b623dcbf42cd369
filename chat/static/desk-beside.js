/* Beside a case: what was said around it, and coming into a conversation of two. Both are seen by those who are there. */

import {h} from "./dom.js";
import {desk, supervise} from "./desk-cases.js";
import {button} from "./desk-rows.js";
import {rooms} from "./live.js";
import {go} from "./router.js";
import {t, when} from "./words.js";

const SHOWN = 9;
const AFTER_MS = 300_000; // what came later is no longer around it

/** What was said in the room around that time. One sits down for it, and is seen. */
export function around(row) {
  if (!desk.rooms.has(row.room)) return null;
  const list = h("div", {class: "stack"});
  const read = async () => {
    await rooms.join(row.room);
    const at = new Date(row.at).getTime();
    const said = [...(rooms.get(row.room)?.items?.values() ?? [])].filter((item) => item.text && new Date(item.at) - at < AFTER_MS).slice(-SHOWN);
    list.replaceChildren(said.length ? h("ol", {role: "list", class: "around"}, ...said.map((item) => h("li", {},
      h("bdi", {class: "name"}, item.from?.name ?? ""), " ", h("time", {datetime: item.at}, when(item.at)), h("p", {dir: "auto", class: "words"}, item.text))))
      : h("p", {class: "hint"}, t("case.context-none")), h("div", {class: "verbs"}, button(t("case.context-room"), () => go("room", {room: row.room}))));
    list.querySelector("button").focus();
  };
  list.append(h("p", {class: "hint"}, t("case.context-hint")), h("div", {class: "verbs"}, button(t("case.context-show"), read)));
  return h("details", {class: "unfold"}, h("summary", {}, t("case.context")), list);
}

/** Come into a conversation of two, visibly and with a reason. */
export function lookIn(row, complain) {
  const reason = h("select", {id: "look-reason"}, ...["report", "concern", "held", "nursery", "training"].map((one) => h("option", {value: one}, t(`look.${one}`))));
  const form = h("form", {class: "stack"}, h("p", {class: "hint"}, t("look.hint")), h("div", {class: "field"}, h("label", {for: "look-reason"}, t("look.reason")), reason),
    h("div", {class: "verbs"}, h("button", {type: "submit", class: "quiet outlined"}, t("look.submit"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const reply = await supervise(row, reason.value);
    if (reply.type === "supervising") go("session", {room: reply.room});
    else complain(reply);
  });
  return h("details", {class: "unfold"}, h("summary", {}, t("look.title")), form);
}
