/* What the team tells a person: a decision about them, what came of their appeal, new rooms, "how are you today?".

     notice for this person ─▶ kept with the visit ─▶ a line above every page ─▶ read ─▶ put away │ ask for a second look

   It never goes by itself: what somebody decided about a person can be read again, and answered, until they put it away.
   Who is kept out has it too: their appeal goes with a hello (live.js), and the door says that it is in. A decision that
   is told again by every hello stands here once, and once it was put away, only its appeal can bring it back. */

import {button, newId, panel, says} from "./boxes.js";
import {h} from "./dom.js";
import {announce} from "./frame.js";
import {appealAtDoor, ask, hear, ready} from "./live.js";
import {newKey} from "./rooms.js";
import {back, go, here} from "./router.js";
import {kept} from "./store.js";
import {tomorrow} from "./tomorrow.js";
import {learn, t} from "./words.js";
import {words} from "./words-told.js";

learn(words);

const MOST = 20;
const NOTE = 1000; // characters
const HEARD = new Set(["open", "upheld", "lifted"]);

let letters = kept.get("told") ?? []; // {id, code, says, sanction?, appeal?, read?, away?}
let list;

const bar = h("section", {id: "told-bar", class: "standing", hidden: true});
document.querySelector("main").before(bar);

const there = () => letters.filter((one) => !one.away);

function keep() {
  kept.set("told", letters.length ? letters : null);
  drawBar();
  draw();
}

/** A line above every page while something has not been read. */
function drawBar() {
  const fresh = there().filter((one) => !one.read);
  bar.hidden = !fresh.length || here() === "told";
  if (bar.hidden) return;
  bar.setAttribute("aria-label", t("told.title"));
  bar.replaceChildren(h("p", {}, t("told.bar", {n: fresh.length})), h("button", {type: "button", class: "quiet outlined", onclick: () => go("told")}, t("told.read")));
}

hear("told", (event) => {
  if (event.code === "appeal") return appealed(event.sanction, event.says);
  const id = event.sanction ?? event.id ?? `${event.code}/${event.at}`;
  const known = letters.find((one) => one.id === id);
  if (known) {
    if (event.appeal && !known.appeal) known.appeal = event.appeal;
    return keep();
  }
  letters = [...letters, {id, code: event.code, says: event.says, sanction: event.sanction, appeal: event.appeal}].slice(-MOST);
  announce(event.says ?? "");
  return keep();
});

/** What came of an appeal. */
hear("resolved", (event) => {
  const one = event.sanction && letters.find((each) => each.sanction === event.sanction);
  if (!one) return;
  Object.assign(one, {appeal: event.state, outcome: event.says, read: false, away: false});
  keep();
});

function appealed(sanction, words) {
  const one = letters.find((each) => each.sanction === sanction) ?? letters.findLast((each) => each.sanction);
  if (!one) return;
  Object.assign(one, {appeal: "open", outcome: words});
  announce(words ?? t("told.sent"));
  keep();
  list?.querySelector(`[data-letter="${CSS.escape(one.id)}"] h2`)?.focus();
}

// ------------------------------------------------------------------ one of them

function letter(one) {
  const away = () => {
    Object.assign(one, {away: true, read: true});
    if (!one.sanction) letters = letters.filter((each) => each !== one);
    keep();
    (list.querySelector("h2") ?? document.getElementById("told-title")).focus();
  };
  const open = one.code === "sanction" && !HEARD.has(one.appeal);
  const came = one.code === "sanction" && HEARD.has(one.appeal) ? (one.outcome ?? t(`told.${one.appeal}`)) : null;
  const made = panel("letter", t(`told.${one.code}`), says(one.says), came ? h("p", {class: "calm", dir: "auto"}, came) : null,
    one.code === "follow_up" ? h("div", {class: "verbs"}, button(t("told.talk"), () => go("ask"), "main")) : null,
    one.code === "follow_up" ? tomorrow() : null, open ? form(one) : null, h("div", {class: "verbs"}, button(t("told.away"), away, "quiet outlined")));
  made.dataset.letter = one.id;
  made.dataset.mark = JSON.stringify([one.appeal, one.outcome]);
  return made;
}

function form(one) {
  const [id, hint] = [newId("second-look"), newId("hint")];
  const area = h("textarea", {id, rows: "3", maxlength: String(NOTE), dir: "auto", "aria-describedby": hint});
  const problem = h("p", {class: "problem", role: "alert", hidden: true, dir: "auto"});
  const complain = (words) => {
    problem.textContent = words;
    problem.hidden = !words;
  };
  const made = h("form", {class: "stack", novalidate: true}, h("div", {class: "field"}, h("label", {for: id}, t("told.note")), h("p", {class: "hint", id: hint}, t("told.note-hint")), area), problem,
    h("div", {class: "verbs"}, h("button", {type: "submit", class: "main"}, t("told.send"))));
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    const note = area.value.trim();
    complain(note ? "" : t("told.empty"));
    if (!note) return area.focus();
    if (!ready()) return appealAtDoor({sanction: one.sanction, note});
    const reply = await ask({type: "appeal", sanction: one.sanction, note, key: newKey()});
    if (reply.type === "appealed") return appealed(one.sanction, reply.says);
    return complain(reply.says ?? t("told.failed"));
  });
  return h("details", {class: "unfold"}, h("summary", {}, t("told.again")), made);
}

/** What stands there is drawn anew only where it has changed, so that no half-written word is lost. */
function draw() {
  if (!list) return;
  const old = new Map([...list.children].map((node) => [node.dataset.letter, node]));
  const now = there().toReversed().map((one) => (old.get(one.id)?.dataset.mark === JSON.stringify([one.appeal, one.outcome]) ? old.get(one.id) : letter(one)));
  for (const node of [...list.children]) if (!now.includes(node)) node.remove();
  now.forEach((node, at) => list.children[at] !== node && list.insertBefore(node, list.children[at] ?? null));
  list.nextElementSibling.hidden = Boolean(now.length);
}

export const view = {
  make() {
    list = h("div", {class: "stack letters"});
    return h("div", {class: "pair-view"}, h("h1", {id: "told-title"}, t("told.title")), h("p", {class: "lead"}, t("told.lead")), list, h("p", {hidden: true}, t("told.none")), h("div", {class: "verbs"}, button(t("told.back"), () => back(), "quiet outlined")));
  },
  enter() {
    for (const one of letters) one.read = true;
    setTimeout(keep);
  },
  leave() {
    setTimeout(drawBar);
  },
  title: "told.title",
};

addEventListener("warmline-language", drawBar);
drawBar();
