/* What is open between this person and others: a wait, conversations of two, being stayed with, offers, calls.

     inbox events, welcome.now ─▶ took ─▶ pair (the state) ─▶ watch(f): ask, session, stay, listen, respond draw it

   It keeps state; it draws nothing, and what this person does about it is in pair-acts.js. Events may come twice (an
   inbox is resumed, `now` repeats it): taking one again changes nothing. After a welcome, what `now` does not name is over. What the server says is said as
   it stands, because it was true when it was said; each thing is announced once. */

import {announce} from "./frame.js";
import {hear, rooms, visit} from "./live.js";
import {kept} from "./store.js";

const LISTS = ["limits", "over", "held"];
const DAY_MS = 86_400_000;
const TEAM = new Set(["responder", "supervisor", "moderator", "operator"]);
// Codes that stand until they are answered or the state moves on, by the name they are kept under.
const NOTES = {bell: "bell", extend_asked: "bell", extended: "extended", still_here: "still", transfer_asked: "transfer", transfer: "transfer", transfer_taken: "transfer", bring_someone: "bring", guide: "guide", nudge: "nudge"};

export const pair = {
  waiting: null, // the newest `waiting`, with `heard` (ms)
  written: kept.get("pair.written") ?? [], // what was written while waiting: {key, text, state, says?, suggestion?}
  sessions: new Map(), // room → {room, session, role, with?, who, state, says, notes: {…}, hold?, closed?}
  stay: null, // being stayed with where no conversation is open
  availability: null,
  offers: new Map(), // offer → the event
  pages: new Map(), // case → {…alerted, taken?: "waits" | "coming"}
  lines: null, // the newest card with lines, for whoever is stayed with
  at: null, // the view that is looked at, of ours
};

const watchers = new Set();

/** Hear of every change: f(what, detail). Gives a function that stops it. */
export function watch(f) {
  watchers.add(f);
  return () => watchers.delete(f);
}

/** Tell those who draw it. */
export function tell(what, detail) {
  for (const f of [...watchers]) f(what, detail);
}

const said = new Set();
const heard = new Map(); // room → what was announced of it last
const ASKED_AGAIN = new Set(["still_there", "still_here", "did_somebody_answer", "nudge"]);

/** Announce what an event says, once; the same words again only where they ask again. */
function speak(event) {
  const mark = event.id ?? `${event.type}/${event.room}/${event.code}/${event.says}`;
  if (!event.says || said.has(mark)) return;
  said.add(mark);
  const place = event.room ?? event.type;
  if (heard.get(place) === event.says && !ASKED_AGAIN.has(event.code)) return;
  heard.set(place, event.says);
  announce(event.says);
}

export function keepWritten() {
  kept.set("pair.written", pair.written.length ? pair.written : null);
  tell("written");
}

export const live = () => [...pair.sessions.values()].filter((one) => !one.closed);
export const own = () => live().find((one) => one.role === "seeker") ?? null;
export const ofTeam = () => (visit.now?.roles ?? []).some((role) => TEAM.has(role));

/** Whether this person is stayed with now, and what was last said of it. */
export function held() {
  const one = own();
  return one?.hold ? {...one.hold, room: one.room, who: one.hold.who ?? one.who} : pair.stay;
}

// ------------------------------------------------------------------ what comes in

const TAKE = {
  waiting(event) {
    if (own()) return; // told late: somebody is there
    const before = pair.waiting;
    pair.waiting = {...event, heard: Date.now()};
    if (!before || before.place !== event.place || before.says !== event.says) speak(event);
    tell("waiting");
  },
  offered(event) {
    if (new Date(event.expires) <= Date.now()) return;
    const fresh = !pair.offers.has(event.offer);
    pair.offers.set(event.offer, event);
    tell("offers", fresh ? event : null);
  },
  offer_withdrawn(event) {
    if (pair.offers.delete(event.offer)) tell("offers");
  },
  availability(event) {
    pair.availability = event;
    speak(event);
    tell("availability");
  },
  alerted(event) {
    if (!event.case || Date.now() - new Date(event.since) > DAY_MS) return;
    const before = pair.pages.get(event.case);
    pair.pages.set(event.case, {...before, ...event});
    tell("pages", before ? null : event);
  },
  session_opened: opened,
  session_changed: changed,
  session_closed: closed,
  care(event) {
    if (!event.card?.lines) return;
    if (event.why || !pair.lines) pair.lines = event.card;
    tell("lines");
  },
};

function opened(event) {
  const before = pair.sessions.get(event.room);
  if (before?.closed || (kept.get("pair.over") ?? []).includes(event.room)) return;
  const state = event.state ?? before?.state ?? (event.with ? "connecting" : "stay");
  const fresh = {began: event.at ?? new Date().toISOString(), notes: {}, wasHeld: remembers("held", event.room)};
  const one = Object.assign(before ?? fresh, event, {state}); // the same one: views hold it
  if (state === "stay" && event.role === "seeker") one.hold = {...(one.hold ?? pair.stay), ...(event.line ? event : {}), room: event.room, state};
  if (one.hold) remember("held", one.room);
  if (NOTES[event.code]) one.notes[NOTES[event.code]] = {code: event.code, says: event.says, until: event.until, summary: event.summary};
  one.mine ||= kept.get("pair.mine") === one.room;
  pair.sessions.set(event.room, one);
  if (one.role !== "guest") kept.set("pair.last", {room: one.room, session: one.session, role: one.role, with: one.with, began: one.began});
  if (event.role === "seeker") Object.assign(pair, {stay: null, waiting: null});
  if (pair.offers.delete(event.offer)) tell("offers", null); // said yes to on another device
  setTimeout(() => enter(one.room)); // an old end may stand behind it in the same inbox
  tell("opened", one);
}

/** Be in the room of a conversation: its log is a room's like any other. */
async function enter(room) {
  const one = pair.sessions.get(room);
  if (!one || one.closed || one.entering || one.entered) return;
  one.entering = true;
  one.entered = Boolean(rooms.get(room)?.cursor) || (await rooms.join(room)).type === "joined";
  one.entering = false;
  if (one.entered && one.role === "seeker" && pair.written.length) {
    pair.written = pair.written.filter((words) => words.state !== "kept");
    keepWritten();
  }
  tell("entered", one);
}

function changed(event) {
  if (event.room === "stay") {
    pair.stay = {...pair.stay, ...event};
    speak(event);
    return tell("stay");
  }
  const one = pair.sessions.get(event.room) ?? asGuest(event);
  if (!one || one.closed) return undefined;
  const {state, code, says, until, who, summary} = event;
  if (state !== one.state) settleNotes(one, state);
  Object.assign(one, {state, says, until});
  if (who) one.who = who;
  if (event.line) Object.assign(one, {hold: {...one.hold, ...event}}); // how it stands with whoever is held: only they are told
  else if (state === "stay" && one.role === "seeker") one.hold ??= {room: one.room, state, says};
  else if (state !== "stay" && state !== "closing") Object.assign(one, {hold: null, wasHeld: one.wasHeld || Boolean(one.hold)});
  if (one.hold && one.role === "seeker") {
    pair.stay = null;
    remember("held", one.room);
  }
  if (NOTES[code]) one.notes[NOTES[code]] = {code, says, until: until ?? (code === "extended" ? one.notes.extended?.until : undefined), summary};
  if (code === "extended") delete one.notes.bell; // both have said so: nothing is asked any more
  if (code === "transfer_none") delete one.notes.transfer;
  if (code === "extended") delete one.notes.bell;
  if (code === "joined") enter(one.room);
  speak(event);
  return tell("changed", one);
}

/** Who of the team is let in hears of it by a change of that room: from then on it is one of theirs. */
function asGuest(event) {
  if (!ofTeam() || !["coming", "joined", "at_the_door"].includes(event.code)) return null;
  const one = {room: event.room, session: event.room.replace("session:", ""), role: "guest", who: [], notes: {}, began: event.at ?? new Date().toISOString(), state: "stay"};
  if ((kept.get("pair.over") ?? []).includes(event.room)) return null;
  pair.sessions.set(event.room, one);
  setTimeout(() => tell("opened", one));
  return one;
}

function settleNotes(one, state) {
  if (state !== "paused") delete one.notes.still;
  if (state !== "transferring") delete one.notes.transfer;
  if (state !== "closing") {
    delete one.notes.closing;
    one.mine = false; // whoever closes next may be the other
    kept.set("pair.mine", null);
  }
  if (state !== "stay") Object.assign(one.notes, {bring: undefined, guide: undefined});
  if (state === "active") delete one.notes.nudge;
  if (state === "closing" && (one.notes.bell || one.notes.extended || one.state === "paused")) one.notes.closing = {byTime: true};
}

function closed(event) {
  const one = pair.sessions.get(event.room) ?? lastOf(event.room);
  remember("over", event.room);
  if (!one || one.closed) return;
  Object.assign(one, {closed: event, state: "ended", says: event.says, until: undefined, wasHeld: one.wasHeld || Boolean(one.hold), hold: null, notes: {}});
  for (const [id, page] of pair.pages) if (page.at === event.room) pair.pages.delete(id);
  if (one.role !== "guest" || pair.at === "session") speak(event);
  keepAfter(one);
  tell("closed", one);
}

/** The conversation this tab was in, where it ended while the page was away. */
function lastOf(room) {
  const last = kept.get("pair.last");
  if (last?.room !== room || remembers("over", room)) return null;
  const one = {...last, notes: {}, wasHeld: remembers("held", room)};
  pair.sessions.set(room, one);
  return one;
}

/** What ended last is still there when the page is loaded again: how it was may be said, and the words be read. */
export function keepAfter(one) {
  const {room, session, role, began, wasHeld, thanked} = one;
  kept.set("pair.after", {room, session, role, with: one.with, began, wasHeld, thanked, closed: one.closed, state: "ended", notes: {}});
}

export function forgetAfter() {
  kept.set("pair.after", null);
}

const after = kept.get("pair.after");
if (after) pair.sessions.set(after.room, after);

/** A short list of this visit: rooms that ended, limits that were read. */
export function remember(list, value) {
  if (!LISTS.includes(list)) return;
  const known = kept.get(`pair.${list}`) ?? [];
  if (!known.includes(value)) kept.set(`pair.${list}`, [...known, value].slice(-40));
}

export const remembers = (list, value) => (kept.get(`pair.${list}`) ?? []).includes(value);

/** What a welcome does not name any more is over: it ended while we were away. */
function compare({now}) {
  if (!Array.isArray(now)) return;
  const named = (type) => now.filter((event) => event.type === type);
  const open = new Set(named("session_opened").map((event) => event.room));
  for (const one of live()) if (!open.has(one.room) && one.role !== "guest") closed({room: one.room, session: one.session, says: one.says});
  if (!named("waiting").length && pair.waiting) Object.assign(pair, {waiting: null});
  if (!named("session_changed").some((event) => event.room === "stay")) pair.stay = null;
  const calls = new Set(named("alerted").map((event) => event.case));
  for (const [id, page] of pair.pages) if (!calls.has(id) && !page.taken) pair.pages.delete(id); // somebody else went
  const offers = new Set(named("offered").map((event) => event.offer));
  for (const offer of pair.offers.keys()) if (!offers.has(offer)) pair.offers.delete(offer);
  tell("welcome");
}

for (const [type, take] of Object.entries(TAKE)) hear(type, take);
hear("now", (event) => TAKE[event.type]?.(event));
hear("welcome", (welcome) => setTimeout(() => compare(welcome)));

/** What an answer to one's own asking says of the wait. */
export const waits = (reply) => TAKE.waiting(reply);
