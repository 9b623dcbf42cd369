/* The conversation: log, words on their way, and composer, of any room: a topic room or a session of two.

   There is one, and the view that shows it takes it in: `host.append(conversation())`, then `show(room)`, and `hide()`
   when it goes. Two conversations at once would be two sets of ids and two places for one person's attention. */

import {act, closeActions} from "./acts.js";
import {isMuted} from "./apart.js";
import {$, h, icon} from "./dom.js";
import {announce, onEscape} from "./frame.js";
import {enterBeside, hint, makeBeside, refused, tellResolved} from "./beside.js";
import {about, enterComposer, makeComposer} from "./composer.js";
import {hear, ready, rooms, watch} from "./live.js";
import {addItem, current, drawAgain, hideLog, makeLog, redrawItem, showLog, toEnd} from "./log.js";
import {drawUnsent} from "./message.js";
import {learn, listed, t} from "./words.js";
import {words} from "./words-room.js";

learn(words);

const TYPING_SHOWN_MS = 6_000;
const typists = new Map();
const state = {element: null, timer: 0, gone: () => {}, presence: () => {}};

/** The element of the conversation; made anew when asked with `fresh` (another language). */
export function conversation({fresh = false} = {}) {
  if (state.element && !fresh) return state.element;
  state.element = h("div", {id: "conversation"}, makeLog(),
    h("button", {type: "button", id: "newer", class: "quiet", hidden: true, onclick: toEnd}, icon("down"), h("span", {id: "newer-words"}, t("room.to_newest"))),
    makeBeside({said: say}), makeComposer({said: say, checked: hint}));
  return state.element;
}

/** Show a room. `gone(refusal)`: it took us back no more; `presence()`: who is here changed. */
export function show(room, {gone = () => {}, presence = () => {}} = {}) {
  Object.assign(state, {gone, presence});
  typists.clear();
  enterComposer(room);
  enterBeside(room);
  showLog(room);
  drawOutgoing(room);
  showTyping(false);
}

/** The server had us begin anew: other messages may stand there now. What somebody is writing is not touched. */
function startedOver(room) {
  typists.clear();
  showLog(room, {stay: true});
  drawOutgoing(room);
  showTyping(false);
}

/** For a view of its own: {element, show(room, how), hide(), focus()}, taken into `host`. */
export function makeConversation({host, fresh = false}) {
  const element = conversation({fresh});
  host.append(element);
  return {element, show: (room, how) => (element.parentNode === host || host.append(element), show(room, how)), hide, focus};
}

export function hide() {
  hideLog();
}

/** Into the box, where no keyboard jumps up for it. */
export const focus = () => !matchMedia("(pointer: coarse)").matches && $("words").focus();

function say(room, words, how) {
  rooms.say(room, words, how);
  toEnd();
}

Object.assign(act, {
  room: current,
  changed: () => (drawAgain(), state.presence()),
  reply: (item) => (closeActions(false), about({replyTo: item})),
  edit: (item) => (closeActions(false), about({target: item})),
});
// Not where something is half written in it: Escape takes no words away.
onEscape(() => ![...document.querySelectorAll(".actions textarea")].some((one) => one.value.trim()) && closeActions(true));

watch((what, room, detail) => {
  if (room !== current() || !room) return undefined;
  if (what === "add") return clearTyping(detail.from?.alias_id), addItem(detail);
  if (what === "fresh") return startedOver(room);
  if (what === "change") return redrawItem(detail.item);
  if (what === "presence") return state.presence();
  if (what === "typing") return drawTyping(room, detail);
  if (what === "unsent") return drawOutgoing(room);
  if (what === "masked") return onMasked(room, detail);
  if (what === "refused") return refused(room, detail);
  return what === "gone" ? state.gone(detail) : undefined;
});
watch((what, room, detail) => what === "refused" && room !== current() && refused(room, detail));
hear("state", () => current() && drawOutgoing(current()));
hear("resolved", tellResolved);

function drawOutgoing(room) {
  const end = $("newer").hidden;
  const shown = room.unsent.filter((words) => words.state === "waiting" || words.state === "held" || !room.seen.has(words.id));
  $("unsent").replaceChildren(...shown.map((words) => drawUnsent(words, {away: !ready(), withdraw: takeHeldBack})));
  if (end) toEnd();
}

async function takeHeldBack(words) {
  const reply = await rooms.withdraw(words);
  if (reply.type === "refused") announce(reply.says);
}

function onMasked(room, {id, findings}) {
  const item = room.items.get(id);
  if (item) {
    item.findings = findings;
    redrawItem(item);
  }
  announce(t("room.sent_covered", {reasons: [...new Set(findings.map((finding) => finding.says).filter(Boolean))].join(" ")}));
}

// ------------------------------------------------------------------ who is writing

function drawTyping(room, {from = [], several}) {
  const until = Date.now() + TYPING_SHOWN_MS;
  for (const one of from) if ((one.alias_id ?? one) !== room.aliasId && !isMuted(room, one.alias_id ?? one)) typists.set(one.alias_id ?? one, until);
  showTyping(several);
}

function clearTyping(aliasId) {
  if (typists.delete(aliasId)) showTyping(false);
}

function showTyping(several) {
  for (const [alias, until] of typists) if (until < Date.now()) typists.delete(alias);
  const names = [...typists.keys()].map((alias) => current()?.members?.get(alias)?.name ?? t("room.someone")).slice(0, 2);
  const said = !names.length ? "" : several || typists.size > 2 ? t("room.several_writing") : t("room.writing", {names: listed(names), n: names.length});
  $("typing").textContent = said;
  clearTimeout(state.timer);
  if (said) state.timer = setTimeout(() => showTyping(false), TYPING_SHOWN_MS);
}
