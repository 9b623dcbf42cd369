/* The cases of the review desk: what waits, what is mine, what others do. It draws nothing.

     cases ─▶ rows (no words) ─▶ claim ─▶ the words, mine until a time ─▶ resolve | hand_on
     case_changed ─▶ a moment later the list is asked for again: events may be lost, the list is the truth

   watch(f) hears (what, detail): "list", "case" (the open one changed), "new" (rows that have come), "gone" (the open
   one ended by somebody else's hand), "theirs" and "free" (the open one was taken, or let go, by another). Words live
   in `desk.claims` only, never in storage, and are let go of when the claim ends. */

import {ask, hear, visit} from "./live.js";
import {newKey} from "./rooms.js";
import {kept} from "./store.js";

const TEAM = new Set(["moderator", "supervisor", "operator", "responder"]);
const SOON_MS = 150; // changes that come together are one reading of the list
const AGAIN_MS = 30_000;
const PAGE = 50;

export const desk = {
  tab: "waiting", // or "ended"
  rows: [], // as the server sorts them
  more: false,
  cursor: "",
  loaded: false,
  open: null, // the id of the case that is looked at
  claims: new Map(), // case → {words, until (ms), resolutions, notes}
  lost: new Map(), // the case that was looked at when it left the list: its last row
  bare: new Set(kept.get("desk.passed") ?? []), // handed on by me in this visit
  rooms: new Map(), // room → title
};

const watchers = new Set();
let looking = false;
let soon;
let again;
let reading;

/** Hear of every change: f(what, detail). */
export function watch(f) {
  watchers.add(f);
  return () => watchers.delete(f);
}

function tell(what, detail) {
  for (const f of [...watchers]) f(what, detail);
}

export const mayLook = () => (visit.roles ?? []).some((role) => TEAM.has(role));
export const mayDecide = () => (visit.roles ?? []).some((role) => TEAM.has(role) && role !== "responder");
export const rowOf = (id) => desk.rows.find((row) => row.case === id) ?? desk.lost.get(id) ?? null;
export const isOver = (row) => row.state !== "open" && row.state !== "claimed";
/** Whether words of this case may stand on the page now. */
export const claimOf = (id) => {
  const claim = desk.claims.get(id);
  return claim && claim.until > Date.now() ? claim : null;
};

// ------------------------------------------------------------------ the list

/** Read the list again; readings never overlap, and the last one asked for is the one that counts. */
export async function load() {
  clearTimeout(soon);
  if (!mayLook()) return;
  const tab = desk.tab;
  const limit = Math.min(100, Math.max(PAGE, desk.rows.length));
  reading = ask({type: "cases", state: tab, limit}, {keep: false});
  const mine = reading;
  const reply = await mine;
  if (mine !== reading || tab !== desk.tab || reply.type !== "cases") return;
  take(reply.cases);
  Object.assign(desk, {more: reply.more, cursor: reply.cursor});
  tell("list");
}

export async function loadMore() {
  const reply = await ask({type: "cases", state: desk.tab, after: desk.cursor, limit: PAGE}, {keep: false});
  if (reply.type !== "cases") return;
  const known = new Set(desk.rows.map((row) => row.case));
  desk.rows.push(...reply.cases.filter((row) => !known.has(row.case)));
  Object.assign(desk, {more: reply.more, cursor: reply.cursor});
  tell("list");
}

function take(rows) {
  const before = new Map(desk.rows.map((row) => [row.case, row]));
  const first = !desk.loaded;
  const was = desk.open ? rowOf(desk.open) : null;
  desk.rows = rows;
  desk.loaded = true;
  if (desk.tab !== "waiting") return;
  const fresh = rows.filter((row) => !before.has(row.case) && row.state === "open" && !desk.bare.has(row.case));
  if (!first && fresh.length) tell("new", fresh);
  if (was) compare(was, rows.find((row) => row.case === was.case));
}

/** What others did to the case that is looked at. */
function compare(was, is) {
  if (!is) {
    if (desk.lost.has(was.case)) return;
    desk.claims.delete(was.case);
    desk.lost.set(was.case, {...was, state: "ended", mine: false});
    return tell("gone", was);
  }
  desk.lost.delete(was.case);
  if (!is.mine && desk.claims.delete(was.case)) return tell(is.state === "open" ? "over" : "theirs", is);
  if (is.state === "claimed" && !is.mine && was.state === "open") return tell("theirs", is);
  if (is.state === "open" && was.state === "claimed" && !was.mine) return tell("free", is);
  return undefined;
}

export function show(tab) {
  if (tab === desk.tab) return;
  Object.assign(desk, {tab, rows: [], loaded: false, more: false, cursor: "", open: null});
  desk.lost.clear();
  tell("list");
  tell("case");
  load();
}

export function open(id) {
  desk.open = id;
  if (id === null) desk.lost.clear();
  tell("case");
}

/** While the desk is looked at it keeps itself up to date. */
export function look(on) {
  looking = on;
  clearInterval(again);
  if (!on) return;
  load();
  names();
  again = setInterval(load, AGAIN_MS);
}

async function names() {
  const reply = await ask({type: "rooms"}, {keep: false});
  if (reply.type !== "rooms") return;
  for (const room of reply.rooms) desk.rooms.set(room.room, room.title);
  tell("list");
}

// ------------------------------------------------------------------ what one does

/** Take a case and its words; again: a little longer. */
export async function claim(id) {
  const reply = await ask({type: "claim", case: id, key: newKey()}, {keep: false});
  if (reply.type === "claimed") {
    const {words, until, resolutions, notes, before} = reply;
    desk.claims.set(id, {words, until: new Date(until).getTime(), resolutions, notes, before});
    replace(reply.case);
  }
  return after(reply);
}

export async function resolve(id, resolution, more = {}) {
  const reply = await ask({type: "resolve", case: id, resolution, ...more, key: newKey()});
  if (reply.type === "decided") leave(id, {state: reply.state, resolution, mine: true});
  return after(reply);
}

export async function handOn(id) {
  const reply = await ask({type: "hand_on", case: id, key: newKey()});
  if (reply.type === "handed_on") {
    desk.bare.add(id);
    kept.set("desk.passed", [...desk.bare].slice(-100));
    desk.claims.delete(id);
    replace({...rowOf(id), state: "open", mine: false});
  }
  return after(reply);
}

/** How old the person of a case is; a case of one's age is decided by it. */
export async function age(id, is) {
  const reply = await ask({type: "age", case: id, is, key: newKey()});
  if (reply.type === "aged" && rowOf(id)) leave(id, {state: "decided", resolution: is === "adult" ? "dismiss" : "reached", mine: true});
  return after(reply);
}

export const joinable = () => ask({type: "sessions"}, {keep: false});
export const sanction = (row, step, reason) => ask({type: "sanction", room: row.room, step, reason, case: row.case, key: newKey()});
export const supervise = (row, reason) => ask({type: "supervise", room: row.room, reason, key: newKey()});

/** The end of the time with a case: the words go. */
export function lapse(id) {
  if (!desk.claims.delete(id)) return;
  const row = rowOf(id);
  if (row) replace({...row, state: "open", mine: false});
  load();
}

function replace(row) {
  const at = desk.rows.findIndex((one) => one.case === row.case);
  if (at >= 0) desk.rows[at] = row;
  tell("list");
  tell("case");
}

/** Mine, and done: out of the list, but still looked at. */
function leave(id, ended) {
  desk.lost.set(id, {...rowOf(id), ...ended});
  desk.rows = desk.rows.filter((row) => row.case !== id);
  tell("list");
}

/** After a refusal the list tells what is true. */
function after(reply) {
  if (reply.type === "refused") load();
  return reply;
}

hear("case_changed", () => {
  if (!looking) return;
  clearTimeout(soon);
  soon = setTimeout(load, SOON_MS);
});
hear("welcome", () => {
  if (looking) setTimeout(load);
});
