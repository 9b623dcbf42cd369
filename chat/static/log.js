/* The log of one room on the page: a window of rows over all that is known of the room.

       known:   0 ──────── from ═══════ to ──────── n        (rooms.js keeps them all, in the log's order)
       rows:               └─ at most WINDOW ─┘

   Scrolling near an end moves the window over what is known, and past the start of that a page is asked for. Rows that
   leave the window leave the document, so thousands of messages can be read and never more than WINDOW stand there; what
   one was looking at stays where it was. Messages that come in one frame are drawn in one go. */

import {act} from "./acts.js";
import {leftOut, wishOf} from "./apart.js";
import {$, h} from "./dom.js";
import {announce} from "./frame.js";
import {rooms} from "./live.js";
import {dayLine, drawMessage, nameOf, themes, unreadLine} from "./message.js";
import {arrows, rove} from "./roving.js";
import {attention, seen, topicOf, topicsChanged} from "./topics.js";
import {keptFor} from "./threshold.js";
import {count, t} from "./words.js";

const WINDOW = 300; // message nodes; the page promises fewer than 400
const STEP = 60;
const NEAR = 90; // pixels from the end that still count as the end
const EDGE = 600; // pixels from an end of the window at which it moves
const KNOWN_LIMIT = 20_000; // messages of one room kept in memory

const log = {room: null, items: [], from: 0, to: 0, rows: new Map(), due: 0, said: [], line: null, busy: false, end: true, height: 0};

export const current = () => log.room;

// A keyboard or a panel that opens makes the log smaller: who stood at its end stays there.
const sizes = new ResizeObserver(() => {
  log.height = $("scroller")?.clientHeight ?? 0;
  if (log.room) (log.end ? toEnd : looked)();
});

export function makeLog() {
  const made = h("div", {id: "scroller", tabindex: "0", role: "group", "aria-label": t("room.messages"), onscroll: scrolled},
    h("div", {class: "earlier"}, h("button", {type: "button", class: "quiet", id: "earlier", onclick: () => earlier(true)}, t("room.earlier")), h("p", {id: "beginning", hidden: true})),
    h("ol", {id: "messages", role: "list", onkeydown: arrows}),
    h("ol", {id: "unsent", role: "list", "aria-label": t("room.unsent")}),
    h("p", {id: "typing", "aria-hidden": "true"}));
  sizes.disconnect();
  sizes.observe(made);
  return made;
}

/** Whether one looks at the end of it; while it changes its size, whether one did before. */
function atEnd() {
  const {clientHeight, scrollHeight, scrollTop} = $("scroller");
  return log.to === log.items.length && (clientHeight === log.height || !log.height ? scrollHeight - scrollTop - clientHeight < NEAR : log.end);
}

/** Go to the newest message. */
export function toEnd() {
  if (log.to < log.items.length) draw(Math.max(0, log.items.length - WINDOW), log.items.length);
  $("scroller").scrollTop = $("scroller").scrollHeight;
  looked();
}

function looked() {
  const there = log.room && atEnd() && document.visibilityState === "visible";
  log.end = Boolean(log.room) && atEnd();
  attention.room = there ? log.room.name : null;
  $("newer").hidden = !log.room || atEnd();
  if (there) seen(log.room);
}

/** The message at the top of what is looked at, and how far down it begins; null where nobody has scrolled up. */
function place() {
  if (!log.room || atEnd()) return null;
  const {top} = $("scroller").getBoundingClientRect();
  const row = [...log.rows.values()].find((one) => one.getBoundingClientRect().bottom > top);
  return row && {id: row.dataset.id, at: row.getBoundingClientRect().top - top};
}

/** Begin with a room: at the unread line if there is one, else at the end; `stay`: where one was, if that is still there. */
export function showLog(room, {stay = false} = {}) {
  const was = stay && log.room === room ? place() : null;
  Object.assign(log, {room, items: [...room.items.values()], line: room.firstUnread ?? null, said: []});
  room.firstUnread = null;
  draw(Math.max(0, log.items.length - WINDOW), log.items.length);
  const line = $("messages").querySelector(".unread-line");
  const row = was && log.rows.get(was.id);
  if (row) $("scroller").scrollTop += row.getBoundingClientRect().top - $("scroller").getBoundingClientRect().top - was.at;
  else if (line) $("scroller").scrollTop = Math.max(0, line.offsetTop - $("scroller").offsetTop - 80);
  else $("scroller").scrollTop = $("scroller").scrollHeight;
  looked();
}

export function hideLog() {
  if (log.room) seen(log.room);
  log.room = attention.room = null;
}

function rowsOf(index) {
  const item = log.items[index];
  const before = log.items[index - 1];
  const row = drawMessage(item, log.room, before, act);
  log.rows.set(item.id, row);
  return [dayLine(item, before), item.id === log.line ? unreadLine() : null, row].filter(Boolean);
}

/** Draw the window anew. */
function draw(from, to) {
  log.rows.clear();
  Object.assign(log, {from, to});
  const rows = [];
  for (let index = from; index < to; index += 1) rows.push(...rowsOf(index));
  $("messages").replaceChildren(...rows);
  rove(null);
  drawBeginning();
}

function drop(index) {
  const row = log.rows.get(log.items[index].id);
  log.rows.delete(log.items[index].id);
  // The line of a day or of the unread stands before its row and goes with it.
  while (row?.previousElementSibling && !row.previousElementSibling.dataset.id) row.previousElementSibling.remove();
  row?.remove();
}

/** Do something to the rows while what is looked at stays where it is. */
function still(does) {
  const scroller = $("scroller");
  const top = scroller.getBoundingClientRect().top;
  const anchor = [...$("messages").children].find((row) => row.dataset.id && row.getBoundingClientRect().bottom > top);
  const before = anchor?.getBoundingClientRect().top;
  does();
  const row = anchor && (log.rows.get(anchor.dataset.id) ?? null);
  if (row) scroller.scrollTop += row.getBoundingClientRect().top - before;
}

function widenUp() {
  const from = Math.max(0, log.from - STEP);
  still(() => {
    const rows = [];
    for (let index = from; index < log.from; index += 1) rows.push(...rowsOf(index));
    const day = $("messages").querySelector(".day:first-child");
    if (day && log.from > 0 && !dayLine(log.items[log.from], log.items[log.from - 1])) day.remove();
    $("messages").prepend(...rows);
    log.from = from;
    while (log.to - log.from > WINDOW) drop((log.to -= 1));
  });
  rove(null);
  drawBeginning();
}

function widenDown(by = STEP) {
  const to = Math.min(log.items.length, log.to + by);
  still(() => {
    for (; log.to < to; log.to += 1) $("messages").append(...rowsOf(log.to));
    while (log.to - log.from > WINDOW) drop((log.from += 1) - 1);
  });
  rove(null);
  drawBeginning();
}

function scrolled() {
  const scroller = $("scroller");
  if (scroller.scrollTop < EDGE) earlier(false);
  else if (log.to < log.items.length && scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < EDGE) widenDown();
  looked();
}

/** More of what came before: what is known of it, else a page of the server's. */
async function earlier(asked) {
  const {room} = log;
  if (!room || log.busy) return;
  if (log.from > 0) {
    widenUp();
    return;
  }
  if (!room.more || (!asked && $("scroller").scrollTop >= 60)) return;
  log.busy = true;
  const added = await rooms.older(room).finally(() => (log.busy = false));
  if (room !== log.room || !added.length) {
    if (room === log.room) drawBeginning();
    return;
  }
  log.items = [...room.items.values()];
  Object.assign(log, {from: log.from + added.length, to: log.to + added.length});
  widenUp();
  announce(t("room.shown_earlier", {n: added.length}));
}

function drawBeginning() {
  const {room} = log;
  const more = room.more || log.from > 0;
  $("earlier").hidden = !more;
  $("beginning").hidden = more;
  $("beginning").textContent = room.name.startsWith("session:") ? t("room.beginning_two") : log.items.length ? t("room.beginning", {kept: keptFor(topicOf(room.name).retention)}) : t(room.hosted === false ? "room.empty_unhosted" : "room.empty");
}

/** A message came; it is drawn with the others of this frame. */
export function addItem(item) {
  log.said.push(item);
  log.due ||= requestAnimationFrame(flush);
  if (document.visibilityState !== "visible") setTimeout(flush, 200); // a tab in the background has no frames
}

function flush() {
  cancelAnimationFrame(log.due);
  log.due = 0;
  const fresh = log.said.filter((item) => log.room?.items.has(item.id));
  const told = fresh.filter((item) => !leftOut(log.room, item));
  log.said = [];
  if (!log.room || !fresh.length) return;
  const follow = atEnd(); // who has sent something is there (conversation.js), unless they have gone up again since
  const whole = log.to === log.items.length;
  log.items.push(...fresh);
  if (!follow && log.room.firstUnread && !log.line) {
    log.line = log.room.firstUnread;
    log.room.firstUnread = null;
  }
  if (follow && !whole) draw(Math.max(0, log.items.length - WINDOW), log.items.length);
  else if (whole && (follow || log.to - log.from + fresh.length <= WINDOW)) appendNew(fresh.length);
  if (log.items.length > KNOWN_LIMIT) forgetOldest(log.items.length - KNOWN_LIMIT);
  announce(...told.map((item) => t("room.said", {name: item.from ? nameOf(item) : t("room.from_us"), words: item.notes?.length && !item.mine && wishOf(item.notes) !== "show" ? t("room.note", {themes: themes(item.notes)}) : (item.text ?? item.says ?? "")})));
  if (follow) toEnd();
  else looked();
  if (!$("newer").hidden) $("newer-words").textContent = log.room.unread ? t("room.newer", {n: log.room.unread}) : t("room.to_newest");
}

function appendNew(many) {
  const rows = [];
  for (const end = log.to + many; log.to < end; log.to += 1) rows.push(...rowsOf(log.to));
  $("messages").append(...rows);
  while (log.to - log.from > WINDOW) drop((log.from += 1) - 1);
  rove(null);
  drawBeginning();
}

function forgetOldest(many) {
  const {room} = log;
  for (const item of log.items.splice(0, many)) {
    room.items.delete(item.id);
    room.seen.delete(item.id);
  }
  Object.assign(log, {from: Math.max(0, log.from - many), to: log.to - many});
  Object.assign(room, {oldest: log.items[0].cursor, more: true});
}

/** A message was changed, taken back or reacted to. */
export function redrawItem(item) {
  const old = item && log.rows.get(item.id);
  if (!old) return;
  const index = log.items.findIndex((one) => one.id === item.id);
  const end = atEnd();
  const focused = old.contains(document.activeElement);
  const row = drawMessage(item, log.room, log.items[index - 1], act);
  log.rows.set(item.id, row);
  const panel = old.querySelector(":scope > .actions"); // what is written in it stays
  if (panel && !item.redacted) row.append(panel);
  row.querySelector(".more")?.setAttribute("aria-expanded", String(Boolean(panel)));
  const within = panel?.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(row);
  rove(focused ? row.querySelector(".more") : null, focused && !within);
  within?.focus({preventScroll: true});
  if (end) toEnd();
}

/** Somebody is seen or not seen any more: the same place, drawn anew. */
export function drawAgain() {
  if (log.room) showLog(log.room, {stay: true});
  topicsChanged();
}

document.addEventListener("visibilitychange", () => log.room && looked());
export const drawnCount = () => count(log.rows.size);
