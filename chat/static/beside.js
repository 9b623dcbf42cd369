/* Beside the composer: what would happen to the words, what was refused and the way out, what became of held ones.

   A refused text goes back into the box, or, when something new stands there already, stays in its panel until the
   person decides. Panels are kept with the visit: a reload or another room loses none of them. */

import {$, button, h} from "./dom.js";
import {announce} from "./frame.js";
import {rooms, visit} from "./live.js";
import {marked, reasons} from "./message.js";
import {kept} from "./store.js";
import {addNote, text, use, write} from "./composer.js";
import {topicOf} from "./topics.js";
import {t} from "./words.js";

// What the check heard → the content note of it (F7). Only offered; help comes first.
const NOTES = {suicide: "suicide", self_harm: "self_harm", abuse: "abuse", violence: "violence", substance: "substances", medication: "medical", psychosis: "psychosis"};
const state = {room: null, hint: null, said: () => {}};

export const makeBeside = ({said}) => {
  state.said = said;
  return h("div", {id: "beside"});
};

export function enterBeside(room) {
  state.room = room;
  for (const panel of $("beside").querySelectorAll(".beside")) panel.remove();
  state.hint = null;
  for (const refused of kept.get(`refused.${room.name}`) ?? []) drawRefusal(refused, false);
}

const offer = (suggestion, label, take) => h("div", {class: "suggestion"},
  h("p", {dir: "auto"}, h("span", {class: "tag"}, t("beside.passes")), " ", h("bdi", {}, suggestion)), button(label, take, {kind: "main"}));

/** See before send: `reply` of `check`, or null to take the hint away. */
export function hint(reply, words) {
  state.hint?.remove();
  state.hint = null;
  if (!reply) return;
  const {action, care, findings = [], suggestion, says} = reply;
  const cared = ["concern", "high", "imminent"].includes(care?.band);
  if (action === "allow" && !cared && !says) return;
  state.hint = h("div", {class: `beside hint-card ${action}`, role: "status"},
    action === "allow" && says ? h("p", {dir: "auto"}, says) : h("p", {}, t(`beside.${action}`)), // nothing has happened yet: what would
    action === "allow" ? null : (reasons(findings, words) ?? (says ? h("p", {class: "hint", dir: "auto"}, says) : null)), // the words stand marked in the box, right below
    cared ? h("p", {class: "hint"}, t("beside.cared")) : null,
    cared ? noteOffer(NOTES[care.kind]) : null,
    action !== "allow" && suggestion ? offer(suggestion, t("beside.use"), () => use(suggestion)) : null);
  $("beside").append(state.hint);
}

function noteOffer(theme) {
  if (!theme || !topicOf(state.room.name).room) return null; // of two, each knows what it is about
  const said = t(`noted.${theme}`);
  const add = button(t("beside.note_add", {theme: said}), () => {
    addNote(theme);
    host.replaceChildren(h("p", {class: "hint"}, t("beside.note_added", {theme: said})));
    announce(t("beside.note_added", {theme: said}));
    $("words").focus();
  }, {pic: "note"});
  const host = h("div", {class: "note-offer"}, h("p", {class: "hint"}, t("beside.note")), add);
  return host;
}

export function refused(room, {words, reply}) {
  const entry = {text: words.text, replyTo: words.replyTo, target: words.target, notes: words.notes, key: words.key, code: reply.code, says: reply.says, findings: reply.findings ?? [], suggestion: reply.suggestion, after: reply.retry_after};
  kept.set(`refused.${room.name}`, [...(kept.get(`refused.${room.name}`) ?? []), entry]);
  if (state.room === room) drawRefusal(entry, true);
}

function drawRefusal(entry, fresh) {
  const {room} = state;
  hint(null);
  const wait = entry.after ? ` ${t("beside.again_in", {n: Math.ceil(entry.after)})}` : "";
  const done = () => {
    panel.remove();
    kept.set(`refused.${room.name}`, (kept.get(`refused.${room.name}`) ?? []).filter((one) => one.key !== entry.key));
    $("words").focus();
  };
  const again = (words) => {
    if (text() === entry.text) write("");
    state.said(room, words, {replyTo: entry.replyTo, target: entry.target, notes: entry.notes});
    done();
  };
  const change = () => {
    if (text() !== entry.text) write(entry.text + ($("words").value ? `\n${$("words").value}` : ""));
    done();
  };
  const letGo = () => {
    if (text() === entry.text) write("");
    done();
  };
  if (fresh && !text()) write(entry.text);
  const panel = h("section", {class: "beside refusal", "aria-label": t("beside.not_sent_short")},
    h("h2", {tabindex: "-1"}, t("beside.not_sent")), h("p", {class: "says", dir: "auto"}, entry.says || t("beside.no_reason"), wait),
    h("p", {class: "echo", dir: "auto"}, ...marked(entry.text, entry.findings)),
    reasons(entry.findings.filter((finding) => finding.says !== entry.says)),
    entry.suggestion ? offer(entry.suggestion, t("beside.send_instead"), () => again(entry.suggestion)) : null,
    h("div", {class: "verbs"}, button(t("room.change"), change), entry.code === "stopped" ? null : button(t("beside.try_again"), () => again(entry.text)), button(t("beside.let_go"), letGo)));
  $("beside").append(panel);
  if (fresh) announce(t("beside.refused", {says: `${entry.says ?? ""}${wait}`}), ...(entry.suggestion ? [t("beside.passes_with", {words: entry.suggestion})] : []));
}

/** One line that stays until it is put away, for something that was just done here; whoever did it is there. */
export function tellDone(says) {
  const read = () => (panel.remove(), $("scroller").focus({preventScroll: true}));
  const panel = h("section", {class: "beside told"}, h("p", {dir: "auto"}, says), h("div", {class: "verbs"}, button(t("beside.all_right"), read)));
  $("beside").append(panel);
  announce(says);
  panel.querySelector("button").focus();
}

/** What became of a held message, or of something one told the team: one line that stays until it is put away. */
export function tellResolved(event) {
  if (!event.says) return;
  const held = event.message ?? event.held;
  const room = state.room ?? rooms.get(event.about);
  const waits = event.state === "waiting";
  const panel = h("section", {class: "beside told", role: "status"}, h("p", {dir: "auto"}, event.says),
    h("div", {class: "verbs"},
      event.suggestion && room ? button(t("beside.use"), () => (use(event.suggestion), panel.remove())) : null,
      waits && held && room ? button(t("room.take_back"), () => (rooms.withdraw({id: held}), panel.remove())) : null,
      button(t("beside.all_right"), () => panel.remove())));
  ($("beside") ?? $("help-panel")).append(panel);
  announce(event.says);
  visit.told = event.id;
}
