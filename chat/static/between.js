/* Between two people of a room: what one can do so as not to be hurt by another, or when worried about them (F10, F27).

     mute      at once, on this device only; taken back by one press
     block     asked once more; the server keeps the two apart in this room, and never matches them
     report    to the team, with a reason and, if wished, a note; nobody learns who it was
     worried   to the team; it counts against nobody

   Opened under a message or under a name of the list. The other one never learns of any of it. */

import {isMuted, setApart} from "./apart.js";
import {newId, select} from "./boxes.js";
import {button, h} from "./dom.js";
import {ask, rooms} from "./live.js";
import {newKey} from "./rooms.js";
import {learn, t} from "./words.js";
import {words} from "./words-between.js";

learn(words);

const GROUNDS = ["other", "harassment", "hate", "threat", "sexual", "grooming", "encouraging_harm", "selling", "scam", "spam", "doxxing", "impersonation"];

/** The panel about `person` {alias_id, name}. `message`: what it was opened at; `done(says)`: it is over, and what to
    tell; `changed()`: who is seen here has changed. */
export function between({room, person, message, done, changed}) {
  const id = newId("between");
  const host = h("div", {class: "between stack", role: "group", "aria-labelledby": id});
  const title = (key) => h("h2", {id, tabindex: "-1"}, t(key, {name: person.name}));
  const stand = (...parts) => {
    host.replaceChildren(...parts.filter(Boolean));
    host.querySelector("h2").focus({preventScroll: true});
    host.scrollIntoView({block: "nearest"});
  };
  const ways = () => [title("between.title"), h("div", {class: "verbs"},
    isMuted(room, person.alias_id) ? button(t("between.see"), seen) : button(t("between.mute"), mute), button(t("between.block"), () => stand(...blockStep())), button(t("between.report"), () => stand(...reportStep())), button(t("between.worried"), () => stand(...worriedStep())))];
  const back = () => button(t("word.back"), () => stand(...ways()), {kind: "quiet"});

  function mute() {
    setApart(room, person, "muted");
    changed();
    done(t("between.muted", {name: person.name}));
  }

  async function seen() {
    const says = await seeAgain(room, person.alias_id, {name: person.name, how: "muted"});
    changed();
    done(says);
  }

  const blockStep = () => step("block", async () => {
    const reply = await ask({type: "block", room: room.name, alias_id: person.alias_id, key: newKey()});
    if (reply.type === "refused") return reply;
    setApart(room, person, "blocked");
    rooms.part(room, person.alias_id);
    changed();
    return {says: t("between.blocked", {name: person.name})};
  });

  const reportStep = () => step("report", (form) => tell({type: "report", ...(message ? {message: message.id} : {alias_id: person.alias_id}), reason: form.ground.value}, form),
    select(t("between.ground"), "ground", GROUNDS.map((one) => [one, t(`ground.${one}`)]), "other"), noteField("between.report_note"));

  const worriedStep = () => step("worry", (form) => tell({type: "concern", alias_id: person.alias_id}, form), noteField("between.worry_note"));

  const tell = (command, form) => ask({...command, room: room.name, ...(form.note.value.trim() ? {note: form.note.value.trim()} : {}), key: newKey()});

  /** One question with its way on; a refusal stays beside it. */
  function step(name, does, ...fields) {
    const problem = h("p", {class: "problem", role: "alert", dir: "auto", hidden: true});
    const form = h("form", {class: "stack", novalidate: true, onsubmit: async (event) => {
      event.preventDefault();
      const reply = await does(form);
      problem.hidden = reply.type !== "refused";
      problem.textContent = reply.says ?? "";
      if (reply.type !== "refused") done(reply.says);
    }}, h("p", {}, t(`between.${name}_says`, {name: person.name})), fields, problem,
    h("div", {class: "verbs"}, h("button", {type: "submit", class: "main"}, t(`between.${name}_send`)), back()));
    return [title(`between.${name}_title`), form];
  }

  host.append(...ways());
  return host;
}

function noteField(key) {
  const id = newId("note");
  return h("div", {class: "field"}, h("label", {for: id}, t(key), " ", h("span", {class: "optional"}, t("word.optional"))), h("textarea", {id, name: "note", rows: "2", maxlength: "1000", dir: "auto"}));
}

/** See somebody again. Gives what to tell. */
export async function seeAgain(room, aliasId, {name, how}) {
  if (how === "blocked") {
    const reply = await ask({type: "unblock", room: room.name, alias_id: aliasId, key: newKey()});
    if (reply.type === "refused" && reply.code !== "not_found") return reply.says;
  }
  setApart(room, {alias_id: aliasId, name}, null);
  if (how === "blocked") await rooms.rejoin(room, null); // what was said meanwhile, too
  return t("between.seen_again", {name});
}
