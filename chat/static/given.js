/* What a listener gave in the last week, for their own eyes: when, how long, about what, how it ended, and whether it may
   still be said how it was. No words and no names. Asked for when it is opened. */

import {button, newId, says} from "./boxes.js";
import {h} from "./dom.js";
import {announce} from "./frame.js";
import {ask} from "./live.js";
import {survey} from "./parting.js";
import {dayOf, learn, span, t, when} from "./words.js";
import {words as lists} from "./words-lists.js";
import {words as session} from "./words-session.js";
import {words} from "./words-given.js";

learn(lists);
learn(session);
learn(words);

/** The section; `draw()` reads it again where it is open. */
export function given() {
  const list = h("ul", {class: "stack", role: "list"});
  const note = h("p", {class: "hint", dir: "auto", hidden: true});
  const folded = h("details", {class: "unfold", ontoggle: () => folded.open && read()}, h("summary", {}, t("given.show")), h("div", {class: "stack"}, note, list));
  const element = h("section", {class: "sheet", id: "given", "aria-labelledby": "given-title"}, h("h2", {id: "given-title"}, t("given.title")), h("p", {class: "hint"}, t("given.about")), folded);

  function row(one) {
    const id = newId("given");
    const long = span(Math.max(60, (new Date(one.ended) - new Date(one.began)) / 1000));
    const facts = t("given.began", {day: dayOf(one.began), time: when(one.began), long});
    const ways = h("div", {class: "verbs"});
    const made = h("li", {"data-session": one.session ?? ""},
      h("h3", {id, tabindex: "-1"}, one.topic ? t(`topic.${one.topic}`) : t("given.unsaid")), h("p", {}, facts),
      h("p", {class: "hint"}, [t(`given.${one.end}`), one.heavy ? t("given.heavy") : "", one.feedback === "given" ? t("given.given") : ""].filter(Boolean).join(" ")), ways);
    const say = () => {
      const form = survey({role: "listener", session: one.session}, (words) => {
        ways.replaceChildren(...(words ? [says(words)] : [open]));
        made.querySelector("h3").focus();
      });
      ways.replaceChildren(form);
      form.querySelector("input").focus();
    };
    const open = button(t("given.say"), say, "quiet outlined", {"aria-describedby": id});
    if (one.feedback === "open") ways.append(open);
    return made;
  }

  async function read() {
    const reply = await ask({type: "past"}, {keep: false});
    note.hidden = reply.type === "past" && reply.sessions.length > 0;
    note.textContent = reply.type === "past" ? t("given.none") : (reply.says ?? "");
    if (reply.type !== "past") return announce(note.textContent);
    return list.replaceChildren(...reply.sessions.map(row));
  }

  const draw = () => folded.open && !list.querySelector("form") && read();
  return {element, draw};
}
