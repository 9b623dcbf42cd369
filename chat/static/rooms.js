/* Rooms: what this person's rooms hold, kept equal to the server's log. Knows nothing of the page.

   Each room keeps its messages in the log's order, once each (by id), and its cursor, which moves only by live events,
   by `joined` and by resume. Words on their way stand in `unsent` until the log brings them back; one at a time leaves
   per room, so their order is the order of writing. While one is unanswered, events from the first of our own alias on
   wait too, so that nothing is shown twice or in another order than everyone sees.

   tell(what, room, detail) hears: fresh (draw anew), add, change, older, presence, typing, unsent, refused, gone. */

const SEEN_LIMIT = 40_000; // beyond what is kept of a room
const HELD_LIMIT = 300; // more than any burst while one send is answered
const AMENDS = new Set(["edited", "redacted", "reacted"]);
const LOGGED = new Set(["message", "notice", ...AMENDS]);
// The outcome is not known or the server was away: the same key may be tried again.
// Entries of a person's own log, whatever room they are about.
const PERSONAL = new Set(["care", "resolved", "session_opened", "session_changed", "session_closed", "alerted"]);
const TRY_AGAIN = new Set(["unavailable", "overloaded", "internal", "not_ready"]);

export const newKey = () => crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("-");

export class Rooms {
  constructor({line, store, tell}) {
    Object.assign(this, {line, store, tell});
    this.rooms = new Map(); // name → room
    this.limit = 2000; // characters of one message; the welcome says
    this.inbox = store.get("inbox"); // cursor of the person's own log
  }

  /** Somebody else is here now: nothing of the one before stays. */
  clear() {
    this.rooms.clear();
    this.inbox = null;
    for (const name of ["inbox", "unsent", "rooms"]) this.store.set(name, null);
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

  // ------------------------------------------------------------------ what comes in

  receive(event) {
    if (PERSONAL.has(event.type) || event.room === "inbox") {
      if (event.cursor) this.store.set("inbox", (this.inbox = event.cursor));
      if (event.type === "resolved") this.resolved(event);
      this.tell("inbox", null, event);
      return;
    }
    const room = this.rooms.get(event.room);
    if (!room) return;
    if (LOGGED.has(event.type)) this.take(room, event);
    else if (event.type === "presence") this.presence(room, event);
    else if (event.type === "typing") this.tell("typing", room, event);
    else if (event.type === "lag") this.catchUp(room, event.cursor);
    else if (event.type === "reset") this.rejoin(room, null);
  }

  take(room, event) {
    const mine = event.type === "message" && event.from?.alias_id === room.aliasId;
    const waits = mine && room.inFlight && !room.unsent.some((words) => words.id === event.id);
    if (room.lagging) return;
    if ((room.held.length || waits) && room.held.length < HELD_LIMIT) {
      room.held.push(event);
      return;
    }
    this.apply(room, event, "add");
    if (event.cursor) room.cursor = event.cursor;
  }

  release(room) {
    const held = room.held;
    room.held = [];
    for (const event of held) this.take(room, event);
  }

  /** One event into the room's state. `where`: "add" (the end, live), "fill" (the end, quiet) or "older" (the start). */
  apply(room, event, where) {
    if (event.id && room.seen.has(event.id)) return false;
    if (event.id) room.seen.add(event.id);
    if (room.seen.size > SEEN_LIMIT) room.seen.delete(room.seen.values().next().value);
    if (AMENDS.has(event.type)) {
      this.amend(room, event, where);
      return false;
    }
    if (event.type === "notice" && !event.id) return false;
    const item = {...event, mine: event.from?.alias_id === room.aliasId, reactions: reactionsOf(event)};
    item.redacted = Boolean(event.redacted) || (event.type === "message" && typeof event.text !== "string");
    const own = room.unsent.find((words) => words.id === event.id);
    if (own) {
      item.findings = own.findings;
      room.unsent = room.unsent.filter((words) => words !== own);
    }
    room.items.set(event.id, item);
    for (const late of room.amends.get(event.id) ?? []) change(item, late);
    if (where === "add") {
      this.tell("add", room, item);
      if (own) this.unsentChanged(room);
    }
    return item;
  }

  amend(room, event, where) {
    const item = room.items.get(event.message);
    const known = room.amends.get(event.message) ?? [];
    room.amends.set(event.message, [...known, event]);
    if (!item) return;
    change(item, event);
    if (where === "add") this.tell("change", room, {item, event});
  }

  presence(room, event) {
    room.present = event.present;
    if (room.members && (event.from ?? 0) === room.version) {
      for (const alias of event.left ?? []) room.members.delete(alias);
      for (const member of event.joined ?? []) room.members.set(member.alias_id, member);
      room.version = event.version;
    } else if (event.version !== room.version) {
      this.askMembers(room);
    }
    this.tell("presence", room, null);
  }

  async askMembers(room) {
    if (room.askingMembers) return;
    room.askingMembers = true;
    const members = new Map();
    let after;
    for (let page = 0; page < 5; page += 1) {
      const reply = await this.line.ask({type: "members", room: room.name, limit: 100, ...(after ? {after} : {})}, {keep: false});
      if (reply.type !== "members") break;
      for (const member of reply.members) members.set(member.alias_id, member);
      room.members = members;
      Object.assign(room, {version: reply.version, present: reply.present});
      if (!reply.more || !reply.members.length) break;
      after = reply.members.at(-1).alias_id;
    }
    room.askingMembers = false;
    this.tell("presence", room, null);
  }

  // ------------------------------------------------------------------ joining, again and again

  adopt(joined) {
    const room = this.rooms.get(joined.room) ?? this.make(joined.room);
    const goesOn = room.cursor && joined.recovered;
    Object.assign(room, {alias: joined.alias, aliasId: joined.alias_id, rules: joined.rules, present: joined.present});
    Object.assign(room, {version: joined.version, lagging: false, gone: null, held: []});
    room.members = joined.members ? new Map(joined.members.map((one) => [one.alias_id, one])) : null;
    if (goesOn) {
      for (const event of joined.events) this.take(room, event);
      if (!room.held.length) room.cursor = joined.cursor;
    } else {
      this.fill(room, joined);
    }
    if (!room.members) this.askMembers(room);
    this.tell("presence", room, null);
    this.remember();
    this.pump(room);
    return room;
  }

  /** Start the room over from the newest page. */
  fill(room, joined) {
    Object.assign(room, {items: new Map(), seen: new Set(), amends: new Map(), more: true});
    for (const event of joined.events) this.apply(room, event, "fill");
    room.cursor = joined.cursor;
    room.oldest = joined.events[0]?.cursor ?? joined.cursor;
    room.more = joined.events.length > 0;
    room.why = joined.recovered === false ? joined.why : null;
    this.tell("fresh", room, null);
  }

  make(name) {
    const room = {
      name, alias: "", aliasId: "", rules: "", cursor: null, oldest: null, more: true, present: 0, version: 0, members: null,
      items: new Map(), seen: new Set(), amends: new Map(), held: [], chosen: null, lagging: false, inFlight: false, gone: null,
      unsent: (this.store.get("unsent") ?? {})[name] ?? [],
    };
    this.rooms.set(name, room);
    return room;
  }

  async rejoin(room, cursor) {
    if (cursor === null) room.cursor = null;
    const reply = await this.line.ask({type: "join", room: room.name, ...(cursor ? {cursor} : {}), ...worn(room)});
    if (reply.type === "joined") this.adopt(reply);
    else if (!reply.local) this.turnedAway(room, reply, cursor);
  }

  /** A room did not take us back: for now, or for good. */
  turnedAway(room, refusal, cursor) {
    if (refusal.retry === "never") this.lose(room, refusal);
    else setTimeout(() => this.rooms.get(room.name) === room && this.rejoin(room, cursor), 1000 * (refusal.retry_after ?? 2));
  }

  /** Delivery of this room stopped after `cursor`: read on by pages, then join where they end. */
  async catchUp(room, cursor) {
    room.lagging = true;
    let after = cursor;
    for (;;) {
      const page = await this.line.ask({type: "page", room: room.name, after, limit: 100});
      if (page.type !== "page" || page.truncated) return this.rejoin(room, null);
      for (const event of page.events) this.apply(room, event, "add");
      after = page.cursor;
      if (!page.more) break;
    }
    room.cursor = after;
    return this.rejoin(room, after);
  }

  lose(room, refusal) {
    room.gone = refusal;
    room.cursor = null;
    this.tell("gone", room, refusal);
  }

  /** One page further back; resolves to the items that were added, oldest first. */
  async older(room) {
    if (room.paging || !room.more || !room.oldest) return [];
    room.paging = true;
    const page = await this.line.ask({type: "page", room: room.name, before: room.oldest, limit: 50}, {keep: false});
    room.paging = false;
    if (page.type !== "page") return [];
    const before = [...room.items];
    room.items = new Map();
    const added = page.events.map((event) => this.apply(room, event, "older")).filter(Boolean);
    for (const [id, item] of before) room.items.set(id, item);
    for (const event of page.events) if (AMENDS.has(event.type)) this.tell("change", room, {item: room.items.get(event.message), event});
    Object.assign(room, {oldest: page.cursor, more: page.more && page.events.length > 0, truncated: page.truncated});
    this.tell("older", room, added);
    return added;
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

/** The name this person chose for a room goes along each time, or the room would fall back to the one it makes. */
const worn = ({chosen}) => (chosen ? {alias: chosen} : {});

const commandFor = (room, {key, text, replyTo, target, notes}) =>
  target
    ? {type: "edit", room: room.name, message: target, text, key}
    : {type: "send", room: room.name, text, key, ...(replyTo ? {reply_to: replyTo} : {}), ...(notes?.length ? {notes} : {})};

/** reaction → set of alias ids. A message from history may carry `reactions: {reaction: [alias ids]}`. */
function reactionsOf(event) {
  const given = event.reactions && !Array.isArray(event.reactions) ? Object.entries(event.reactions) : [];
  return new Map(given.map(([reaction, who]) => [reaction, new Set(Array.isArray(who) ? who : [])]));
}

/** An amendment laid over a message; doing it twice changes nothing. */
function change(item, event) {
  if (event.type === "redacted") Object.assign(item, {redacted: true, text: "", by: event.by});
  if (event.type === "edited") Object.assign(item, {text: event.text, edited: true, masked: event.masked});
  if (event.type === "reacted") {
    const who = item.reactions.get(event.reaction) ?? new Set();
    const alias = event.from?.alias_id ?? event.from ?? event.alias_id;
    if (event.on) who.add(alias);
    else who.delete(alias);
    item.reactions.set(event.reaction, who);
  }
}
