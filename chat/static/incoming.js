/* What comes in: the half of rooms.js that takes the server's log into our rooms. Knows nothing of the page.

   Each room keeps its messages in the log's order, once each (by id), and its cursor, which moves only by live events,
   by `joined` and by resume. While words of our own are unanswered, events from the first of our own alias on wait, so
   that nothing is shown twice or in another order than everyone sees. What stopped (`lag`) is read up by pages; what
   cannot go on (`reset`) begins anew from the newest page.

   What it needs of the other half: pump, resolved, unsentChanged, remember. */

const SEEN_LIMIT = 40_000; // beyond what is kept of a room
const HELD_LIMIT = 300; // more than any burst while one send is answered
const AMENDS = new Set(["edited", "redacted", "reacted"]);
const LOGGED = new Set(["message", "notice", ...AMENDS]);
// Entries of a person's own log, whatever room they are about.
const PERSONAL = new Set(["care", "resolved", "session_opened", "session_changed", "session_closed", "alerted"]);

export class Incoming {
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
    Object.assign(room, {version: joined.version, lagging: false, gone: null, held: [], hosted: joined.hosted ?? null});
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

  /** Somebody is not seen here any more (a block): what still stands here of them goes. */
  part(room, aliasId) {
    for (const [id, item] of room.items) if (item.from?.alias_id === aliasId) room.items.delete(id);
    room.held = room.held.filter((event) => event.from?.alias_id !== aliasId);
    room.members?.delete(aliasId);
    this.tell("fresh", room, null);
    this.tell("presence", room, null);
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
}

/** The name this person chose for a room goes along each time, or the room would fall back to the one it makes. */
export const worn = ({chosen}) => (chosen ? {alias: chosen} : {});

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
