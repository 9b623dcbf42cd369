/* Whom one has blocked, to take it back on any visit (F10): the server's list, asked for when somebody opens it, so that
   no name stands on the page of who only came to change the size of the letters.

     unfold ─▶ blocks ─▶ name · room · since, and "see again"      of a one-on-one: never matched again, nothing to undo */

import {setApart} from "./apart.js";
import {newId} from "./boxes.js";
import {button, h} from "./dom.js";
import {announce} from "./frame.js";
import {ask, rooms, visit} from "./live.js";
import {newKey} from "./rooms.js";
import {refreshTopics, topicOf, topics} from "./topics.js";
import {dayOf, learn, t} from "./words.js";
import {words} from "./words-blocked.js";

learn(words);

/** The section; `draw()` it whenever it is come to: without a visit there is nothing to list. */
export function blocked() {
  const list = h("ul", {class: "stack", role: "list"});
  const problem = h("p", {class: "problem", role: "alert", dir: "auto", hidden: true});
  const note = h("p", {class: "hint", hidden: true});
  const more = h("div", {class: "verbs", hidden: true});
  const title = h("h2", {id: "blocked-title", tabindex: "-1"}, t("blocked.title"));
  const folded = h("details", {class: "unfold", ontoggle: () => folded.open && read()}, h("summary", {}, t("blocked.show")), h("div", {class: "stack"}, problem, note, list, more));
  const element = h("section", {class: "sheet", id: "blocked", "aria-labelledby": "blocked-title"}, title, h("p", {}, t("blocked.about")), folded);

  function row(one) {
    const id = newId("blocked");
    const name = one.name ? h("bdi", {}, one.name) : t("blocked.somebody");
    const place = one.undo ? h("bdi", {}, topicOf(one.room).title || one.room) : t("blocked.talk");
    return h("li", {}, h("p", {id}, h("strong", {}, name), " · ", place, " · ", t("blocked.since", {day: dayOf(one.since)})),
      one.undo ? h("div", {class: "verbs"}, button(t("blocked.undo"), () => undo(one), {"aria-describedby": id})) : h("p", {class: "hint"}, t("blocked.for-good")));
  }

  function refused(reply) {
    problem.hidden = reply.type !== "refused";
    problem.textContent = reply.says ?? "";
    return reply.type === "refused";
  }

  async function read(before) {
    if (!topics().length) await refreshTopics();
    const reply = await ask({type: "blocks", ...(before ? {before} : {})}, {keep: false});
    if (refused(reply) || !reply.blocks) return;
    const rows = reply.blocks.map(row);
    list[before ? "append" : "replaceChildren"](...rows);
    note.hidden = Boolean(list.childElementCount);
    note.textContent = t("blocked.none");
    more.hidden = !reply.next;
    more.replaceChildren(...(reply.next ? [button(t("blocked.more"), async () => {
      await read(reply.next);
      (more.querySelector("button") ?? title).focus();
    })] : []));
  }

  async function undo({room, alias_id: aliasId, name}) {
    const reply = await ask({type: "unblock", room, alias_id: aliasId, key: newKey()});
    if (reply.code !== "not_found" && refused(reply)) return; // not there any more: taken back on another device
    setApart({name: room}, {alias_id: aliasId, name}, null);
    const here = rooms.get(room);
    if (here) await rooms.rejoin(here, null); // what was said meanwhile, too
    await read();
    title.focus();
    announce(t("blocked.undone"));
    note.textContent = list.childElementCount ? t("blocked.undone") : `${t("blocked.undone")} ${t("blocked.none")}`;
    note.hidden = false;
  }

  const draw = () => {
    element.hidden = !visit.now;
    if (folded.open) read();
  };
  return {element, draw};
}
