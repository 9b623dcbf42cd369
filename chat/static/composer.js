/* The composer: a box for words, with what it knows of them marked under the letters.

   Nothing here ever stops a person from writing or loses what they wrote: the draft is kept for each room, a check asks
   quietly what would happen to the words, and marks stand only while the words are those that were asked about. What
   stands beside the box (reasons, safer versions, refusals) is beside.js. */

import {$, button, h, icon} from "./dom.js";
import {announce} from "./frame.js";
import {line, rooms} from "./live.js";
import {marked, THEMES} from "./message.js";
import {kept} from "./store.js";
import {t} from "./words.js";

const PAUSE_MS = 700; // a pause in typing
const CHECK_GAP_MS = 3_000; // never more often, however one types
const CHECK_LEAST = 12; // shorter than this there is little to say about it
const TYPING_GAP_MS = 3_000;
const TALLEST = 168;

/** `{replyTo, target, notes}`: what the words in the box are for. */
const state = {room: null, context: {}, notes: [], check: 0, typing: 0, pause: 0, said: () => {}, checked: () => {}};

export function makeComposer({said, checked}) {
  Object.assign(state, {said, checked});
  const coarse = matchMedia("(pointer: coarse)");
  return h("form", {id: "composer", "aria-label": t("composer.label"), onsubmit: (event) => (event.preventDefault(), submit())},
    h("p", {id: "composer-context", hidden: true}, h("span", {}), h("button", {type: "button", class: "quiet", "aria-label": t("composer.stop"), onclick: () => about({})}, icon("close"))),
    h("fieldset", {id: "notes", hidden: true}, h("legend", {}, t("composer.notes_legend")), h("div", {class: "note-choices"}, THEMES.map((theme) => h("label", {class: "note-choice"}, h("input", {type: "checkbox", value: theme, onchange: chooseNote}), h("span", {}, t(`noted.${theme}`)))))),
    h("div", {class: "write"},
      h("button", {type: "button", class: "quiet", id: "notes-toggle", "aria-expanded": "false", "aria-controls": "notes", "aria-label": t("composer.notes"), title: t("composer.notes"), onclick: toggleNotes}, icon("note")),
      h("label", {for: "words", class: "unseen"}, t("composer.words")),
      h("div", {class: "box"}, h("div", {id: "marks", "aria-hidden": "true", dir: "auto"}),
        h("textarea", {id: "words", rows: 1, dir: "auto", enterkeyhint: coarse.matches ? "enter" : "send", autocomplete: "off", placeholder: t("composer.placeholder"), "aria-describedby": "composer-hint", oninput: changed, onkeydown: key, onscroll: scrollMarks})),
      h("button", {type: "submit", class: "main round", "aria-label": t("composer.send")}, icon("send"))),
    h("p", {id: "composer-hint", class: "hint"}, h("span", {class: "keys"}, t("composer.keys")), " ", h("span", {id: "count", hidden: true})));
}

/** Show the box for a room, with the draft that was left there. */
export function enterComposer(room) {
  state.room = room;
  const {replyTo, notes = []} = kept.get(`draft-for.${room.name}`) ?? {};
  setNotes(notes);
  setContext({replyTo: room.items.get(replyTo)});
  write(kept.get(`draft.${room.name}`) ?? "");
}

/** What the draft answers, and its content notes, stay with it. */
function keepFor() {
  const {context: {replyTo}, notes, room} = state;
  if (room) kept.set(`draft-for.${room.name}`, replyTo || notes.length ? {replyTo: replyTo?.id, notes} : null);
}

const limit = () => rooms.limit ?? 2000;
export const text = () => $("words").value.trim();

function key(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  if (matchMedia("(pointer: coarse)").matches) return; // on a phone Enter is a new line; the button sends
  event.preventDefault();
  submit();
}

function submit() {
  const words = text();
  if (!words || !state.room) return;
  const over = [...words].length - limit();
  if (over > 0) {
    count();
    announce(t("composer.too_long", {n: over}));
    return;
  }
  const {replyTo, target} = state.context;
  const {notes} = state;
  write("");
  setContext({});
  setNotes([]);
  clearTimeout(state.pause);
  state.checked(null);
  state.said(state.room, words, {replyTo: replyTo?.id, target: target?.id, notes});
  $("words").focus();
}

function changed() {
  grow();
  count();
  mark([]);
  kept.set(`draft.${state.room.name}`, state.context.target ? null : $("words").value || null);
  clearTimeout(state.pause);
  state.checked(null);
  if (!text()) return;
  if (Date.now() - state.typing > TYPING_GAP_MS) {
    state.typing = Date.now();
    line.mention({type: "typing", room: state.room.name});
  }
  state.pause = setTimeout(look, Math.max(PAUSE_MS, state.check + CHECK_GAP_MS - Date.now()));
}

/** See before send: ask what would happen to these words, quietly. */
async function look() {
  const {room} = state;
  const words = text();
  if ([...words].length < CHECK_LEAST || [...words].length > limit()) return;
  state.check = Date.now();
  const reply = await rooms.check(room, words);
  if (reply.code === "rate_limited") state.check = Date.now() + 1000 * (reply.retry_after ?? 30);
  if (reply.type !== "checked" || state.room !== room || text() !== words) return;
  if (reply.action !== "allow") mark(reply.findings ?? []);
  state.checked(reply, words);
}

/** Marks under the letters; spans count from the first letter that is not a space. */
function mark(findings) {
  const value = $("words").value;
  const lead = value.slice(0, value.length - value.trimStart().length);
  $("marks").replaceChildren(...(findings.length ? [lead, ...marked(value.trimStart(), findings)] : []));
  scrollMarks();
}

const scrollMarks = () => ($("marks").scrollTop = $("words").scrollTop);

// ------------------------------------------------------------------ what the words are for

/** Answer a message, or change one of one's own. */
export function about({replyTo, target}) {
  if (state.context.target) write(kept.get(`draft.${state.room.name}`) ?? "");
  setContext({replyTo, target});
  if (target) write(target.text);
  $("words").focus();
}

function setContext(context) {
  state.context = context;
  keepFor();
  const {replyTo, target} = context;
  $("composer-context").hidden = !replyTo && !target;
  $("composer-context").firstElementChild.textContent = target ? t("composer.changing") : replyTo ? (replyTo.mine ? t("composer.replying_self") : t("composer.replying", {name: replyTo.from?.name ?? ""})) : "";
}

function toggleNotes() {
  const open = $("notes").hidden;
  $("notes").hidden = !open;
  $("notes-toggle").setAttribute("aria-expanded", String(open));
  if (open) $("notes").querySelector("input").focus();
}

/** A note that was offered beside the box. */
export function addNote(theme) {
  const open = !$("notes").hidden;
  setNotes([...new Set([...state.notes, theme])]);
  if (open) toggleNotes();
}

function chooseNote() {
  state.notes = [...$("notes").querySelectorAll("input:checked")].map((one) => one.value).slice(0, 8);
  $("notes-toggle").classList.toggle("on", state.notes.length > 0);
  keepFor();
}

function setNotes(notes) {
  for (const one of $("notes").querySelectorAll("input")) one.checked = notes.includes(one.value);
  $("notes").hidden = true;
  $("notes-toggle").setAttribute("aria-expanded", "false");
  chooseNote();
}

// ------------------------------------------------------------------ the box

export function write(words) {
  $("words").value = words;
  if (!state.context.target && state.room) kept.set(`draft.${state.room.name}`, words || null);
  mark([]);
  grow();
  count();
}

/** Take a version that passes, or words that came back, and look at them anew. */
export function use(words) {
  write(words);
  changed();
  $("words").focus();
}

function grow() {
  const box = $("words");
  box.style.height = "auto"; // set through the object model: the page's policy allows no inline style
  box.style.height = `${Math.min(box.scrollHeight + 2, TALLEST)}px`;
}

function count() {
  const left = limit() - [...$("words").value].length;
  $("count").hidden = left > limit() * 0.15;
  $("count").textContent = left >= 0 ? t("composer.left", {n: left}) : t("composer.over", {n: -left});
  $("count").classList.toggle("over", left < 0);
}
