/* Live: the one conversation with the server, the rooms on it, and who hears what it says.

   ask(command) gives the one reply (a refusal is a reply; it never rejects) and is asked again by itself after a cut;
   with {keep: false} it is answered `unavailable` at once when we are away. hear(type, f) hears events of that type, and
   "welcome", "state", "now" (each entry of welcome.now), "inbox", "refused" (a hello that was), "stopped". An event that
   belongs to a part not loaded yet waits for it (`wakes`), so nothing is lost to somebody who has not looked there. */

import {Line} from "./protocol.js";
import {Rooms} from "./rooms.js";
import {forgetVisit, kept, settings} from "./store.js";
import {spoken} from "./words.js";

const tab = Math.random().toString(36).slice(2); // of this page load: a copied tab is another one
const ears = new Map();
const watchers = new Set();
const asleep = new Map(); // type → a promise of the part that hears it
const state = {wakes: {}, load: null, renewal: 0};

/** Who is here: {band, name?, token?, roles?, scopes?}; null before the door. */
export const visit = {
  now: kept.get("visit") ?? settings.get("staff"),
  get roles() {
    return this.now?.roles ?? null;
  },
  get scopes() {
    return this.now?.scopes ?? [];
  },
  get token() {
    return this.now?.token ?? null;
  },
  get expires() {
    return this.now?.expires ?? null;
  },
};

export function setVisit(now) {
  visit.now = now;
  kept.set("visit", now);
  if (now?.staff && now.roles) settings.set("staff", now); // on this device, until they sign out
}

export const line = new Line({url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`, hello, tell});
export const rooms = new Rooms({line, store: kept, tell: (what, room, detail) => told(what, room, detail)});

export const ask = (command, how) => line.ask(command, how);
export const ready = () => line.state === "ready";

export function hear(type, does) {
  const all = ears.get(type) ?? ears.set(type, new Set()).get(type);
  all.add(does);
  return () => all.delete(does);
}

/** What rooms say: `does(what, room, detail)`; see rooms.js for the words. */
export function watch(does) {
  watchers.add(does);
  return () => watchers.delete(does);
}

/** `wakes`: event type → view whose part must be there to hear it; `load(view)` brings it. */
export function wake(wakes, load) {
  Object.assign(state, {wakes, load});
}

function say(type, value) {
  const kind = type === "now" ? value.type : type;
  const view = state.wakes[kind];
  if (view && asleep.get(kind) !== true) {
    const coming = asleep.get(kind) ?? state.load(view);
    asleep.set(kind, coming);
    coming.then(() => (asleep.set(kind, true), tellEars(type, value)), () => asleep.delete(kind));
    return undefined;
  }
  return tellEars(type, value);
}

function tellEars(type, value) {
  let verdict;
  for (const does of [...(ears.get(type) ?? [])]) verdict = does(value) ?? verdict;
  return verdict;
}

// Notices that are for this person and stay until they were read (told.js); all others are lines of the frame.
const FOR_YOU = new Set(["sanction", "appeal", "band", "follow_up", "debrief"]);
const kindOf = (event) => (event.type === "notice" && FOR_YOU.has(event.code) ? "told" : event.type);

function told(what, room, detail) {
  if (what === "inbox") {
    say("inbox", detail);
    say(kindOf(detail), detail);
  }
  for (const does of [...watchers]) does(what, room, detail);
}

/** The place a browser says it is in: the region of its languages. */
export function country() {
  const chosen = settings.get("country");
  if (chosen) return chosen === "any" ? undefined : chosen;
  const regions = (navigator.languages ?? []).map((one) => one.split("-").at(-1));
  return regions.find((region) => /^[A-Z]{2}$/.test(region));
}

function hello() {
  const {band, name, token} = visit.now ?? {};
  const place = country();
  const {appeal} = state; // goes with every hello until one is answered: the same appeal twice is one
  const guest = {band, language: spoken(), ...(name ? {name} : {}), ...(place ? {country: place} : {})};
  return {...(token ? {token} : {guest}), ...(appeal ? {appeal} : {}), resume: rooms.resume(), client: {name: "page", version: "2", tab}};
}

function tell(what, value) {
  if (what === "welcome") return welcomed(value);
  if (what === "refused") return turnedAway(value);
  if (what === "stale") return rooms.forgetCursors();
  if (what !== "event") return say(what, value);
  if (value.code === "appeal" && !value.id) state.appeal = null;
  if (value.type === "notice" && !value.id) return say(kindOf(value), value);
  rooms.receive(value);
  return value.room === "inbox" ? undefined : say(value.type, value);
}

function welcomed(welcome) {
  setVisit({...visit.now, token: welcome.token, band: welcome.band, roles: welcome.roles, scopes: welcome.scopes, expires: welcome.expires});
  clearTimeout(state.renewal);
  const left = new Date(welcome.expires) - Date.now();
  if (left > 0) state.renewal = setTimeout(renew, Math.min(left * 0.8, 2 ** 31 - 1));
  rooms.limit = welcome.limits?.text ?? rooms.limit;
  rooms.welcomed(welcome);
  for (const event of welcome.now ?? []) {
    rooms.receive(event);
    say("now", event);
  }
  return say("welcome", welcome);
}

async function renew() {
  const reply = await ask({type: "refresh", token: visit.now?.token}, {keep: false});
  if (reply.type === "refreshed") setVisit({...visit.now, token: reply.token, expires: reply.expires});
}

/** Come back as somebody of the team. Gives the welcome, or the refusal of the token. */
export function signIn(token) {
  return new Promise((resolve) => {
    const ends = [hear("welcome", (welcome) => settle(welcome)), hear("refused", (refusal) => (settle({...refusal, type: "refused"}), before?.token ? "again" : "stop"))];
    const before = visit.now;
    const settle = (answer) => {
      ends.forEach((end) => end());
      if (answer.type === "refused") setVisit(before);
      resolve(answer);
    };
    line.stop();
    rooms.clear();
    setVisit({band: before?.band ?? "adult", token, staff: true});
    line.start();
  });
}

/** Ask for a second look where the door is closed: it goes with the next hello, once. */
export function appealAtDoor(appeal) {
  state.appeal = appeal;
  line.stop();
  line.start();
}

/** Leave as somebody of the team: nothing of it stays on this device. */
export function signOut() {
  line.stop();
  forgetVisit();
  location.reload();
}

/** The server turned our hello away. With an outdated token we come as a new guest; staff must sign in again. */
function turnedAway(refusal) {
  const outdated = (refusal.code === "unauthorized" || refusal.code === "expired") && visit.now?.token;
  if (outdated && !visit.now.staff) {
    setVisit({band: visit.now.band, name: visit.now.name});
    rooms.forgetCursors();
    return "again";
  }
  if (outdated && visit.now.roles) forgetVisit();
  return say("refused", refusal) ?? (refusal.close ? "stop" : "later");
}
