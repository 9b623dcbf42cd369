/* Rooms: what this person's rooms hold, kept equal to the server's log. Knows nothing of the page.

   Each room keeps its messages in the log's order, once each (by id), and its cursor, which moves only by live events,
   by `joined` and by resume. Words on their way stand in `unsent` until the log brings them back; one at a time leaves
   per room, so their order is the order of writing. Coming and resuming, and what goes out, stand here; what comes in
   is taken by the other half, incoming.js.

   tell(what, room, detail) hears: fresh (draw anew), add, change, older, presence, typing, unsent, refused, gone. */

import {Incoming, worn} from "./incoming.js";

// The outcome is not known or the server was away: the same key may be tried again.
const TRY_AGAIN = new Set(["unavailable", "overloaded", "internal", "not_ready"]);

export const newKey = () => crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("-");

export class Rooms extends Incoming {
  constructor({line, store, tell}) {
    super();
    Object.assign(this, {line, store, tell});
    this.rooms = new Map(); // name → room
    this.limit = 2000; // characters of one message; the welcome says
    this.inbox = store.get("inbox"); // cursor of the person's own log
  }

  /** Somebody else is here now: nothing of the one before stays. */
  clear() {
    this.rooms.clear();
    this.inbox = null;
    for (const name of ["inbox", "unsent", "rooms", "apart"]) this.store.set(name, null);
  }

  get(name) {
    return this.rooms.get(name);
  }

  /** What hello needs to return to every room. */
  resume() {
    const places = [...this.rooms.values()].filter((room) => room.cursor && !room.gone).map((room) => ({room: room.name, cursor: room.cursor, ...worn(room)}));
    this.asked = [{room: "inbox", ...(this.inbox ? {cursor: this.inbox} : {})}, ...places];
    return this.asked;
  }

  async join(name, {alias} = {}) {
    const reply = await this.line.ask({type: "join", room: name, ...worn({chosen: alias})});
    if (reply.type === "joined") this.adopt(reply).chosen = alias || null;
    this.remember();
    return reply;
  }

  async leave(name) {
    this.rooms.delete(name);
    this.remember();
    return this.line.ask({type: "leave", room: name});
  }

  /** After a welcome: take what was missed, then let the unsent words go on. */
  welcomed({resumed = []}) {
    for (const [at, part] of resumed.entries()) {
      const name = part.room ?? this.asked[at]?.room; // a refusal may not name its room; the order is that of the asking
      const room = this.rooms.get(name);
      if (name === "inbox") this.inboxed(part);
      else if (part.type === "joined") this.adopt(part);
      else if (room) this.turnedAway(room, part, room.cursor);
    }
    for (const room of this.rooms.values()) {
      if (!room.cursor && !room.gone) this.rejoin(room, null);
      else this.pump(room);
    }
  }

  inboxed(part) {
    for (const event of part.events ?? []) {
      if (event.type === "resolved") this.resolved(event);
      this.tell("inbox", null, event);
    }
    if (part.cursor) this.inbox = part.cursor;
    this.store.set("inbox", this.inbox);
  }

  /** The server's state is another one now: our cursors mean nothing to it. */
  forgetCursors() {
    for (const room of this.rooms.values()) room.cursor = null;
    this.inbox = null;
  }

  // ------------------------------------------------------------------ what goes out

  /** Say `text`, or change the message `target` into it. */
  say(room, text, {replyTo, target, notes} = {}) {
    room.unsent.push({key: newKey(), text, replyTo, target, notes, state: "waiting"});
    this.unsentChanged(room);
    this.pump(room);
  }

  async pump(room) {
    const words = room.unsent.find((one) => one.state === "waiting");
    if (!words || room.inFlight || room.gone || !room.cursor) return;
    room.inFlight = true;
    const reply = await this.line.ask(commandFor(room, words));
    room.inFlight = false;
    this.answered(room, words, reply);
    this.release(room);
    if (words.state === "waiting") setTimeout(() => this.pump(room), 1000 * (reply.retry_after ?? (words.tries = Math.min(15, (words.tries ?? 0) + 2))));
    else this.pump(room);
  }

  answered(room, words, reply) {
    const drop = () => (room.unsent = room.unsent.filter((one) => one !== words));
    if (reply.type === "sent") {
      Object.assign(words, {id: reply.id, at: reply.at, findings: reply.findings, says: reply.says, state: reply.state});
      if (reply.text) words.text = reply.text;
      if (reply.state !== "held" && (words.target || room.seen.has(reply.id))) drop();
      if (reply.state === "masked") this.tell("masked", room, {id: words.target ?? reply.id, findings: reply.findings ?? []});
    } else if (TRY_AGAIN.has(reply.code) && reply.retry !== "never") {
      words.state = "waiting";
      words.delayed = true;
    } else if (reply.code === "not_member" && !words.rejoined) {
      words.rejoined = true;
      this.rejoin(room, room.cursor);
    } else {
      drop();
      this.tell("refused", room, {words, reply});
    }
    this.unsentChanged(room);
  }

  /** Take back what waits for somebody to look at it; `resolved` then lets it go here. */
  withdraw(words) {
    return this.line.ask({type: "withdraw", request: words.id});
  }

  /** What became of words that were held: they wait here no more, nor where a page kept them that was loaded again. */
  resolved(event) {
    if (event.state === "waiting") return;
    const kept = Object.entries(this.store.get("unsent") ?? {});
    const still = (words) => !words.id || (words.id !== event.message && words.id !== event.held);
    this.store.set("unsent", Object.fromEntries(kept.map(([name, all]) => [name, all.filter(still)])));
    for (const room of this.rooms.values()) {
      const words = room.unsent.find((one) => one.id && (one.id === event.message || one.id === event.held));
      if (!words) continue;
      room.unsent = room.unsent.filter((one) => one !== words);
      this.unsentChanged(room);
    }
  }

  takeBack(room, message) {
    return this.line.ask({type: "redact", room: room.name, message, key: newKey()});
  }

  react(room, message, reaction, on) {
    return this.line.ask({type: "react", room: room.name, message, reaction, on, key: newKey()});
  }

  check(room, text) {
    return this.line.ask({type: "check", room: room.name, text}, {keep: false});
  }

  /** Words that cannot go out any more are let go by the person, not by us. */
  discard(room, key) {
    room.unsent = room.unsent.filter((one) => one.key !== key);
    this.unsentChanged(room);
  }

  unsentChanged(room) {
    const kept = {};
    for (const each of this.rooms.values()) {
      const words = each.unsent.filter((one) => one.state === "waiting" || one.state === "held");
      if (words.length) kept[each.name] = words;
    }
    this.store.set("unsent", kept);
    this.tell("unsent", room, null);
  }

  remember() {
    this.store.set("rooms", [...this.rooms.values()].map((room) => [room.name, room.chosen]));
  }
}

const commandFor = (room, {key, text, replyTo, target, notes}) =>
  target
    ? {type: "edit", room: room.name, message: target, text, key}
    : {type: "send", room: room.name, text, key, ...(replyTo ? {reply_to: replyTo} : {}), ...(notes?.length ? {notes} : {})};
