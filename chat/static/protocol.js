/* The line: one conversation with the server that survives cuts. Knows the wire, nothing of rooms or of the page.

   ask(command) gives a promise of the one reply (a refusal is a reply too; the promise never rejects). What was asked
   and not answered when the connection broke is asked again after the next welcome, in the same order and with the
   same `key`, so the server does it once. Commands asked with {keep: false} are answered `unavailable` instead.

   A token goes into `hello` only, never into an address. Close codes decide what follows: 40xx stop, 41xx back off,
   42xx at once; back-off has full jitter, base 0.5 s, cap 30 s, and starts over after 30 s of quiet. */

export const SUBPROTOCOL = "warmline.v1.json";
const TICKET = "warmline.ticket.";

const BASE_MS = 500;
const CAP_MS = 30_000;
const STABLE_MS = 30_000;
const HELLO_MS = 12_000; // a little longer than the server waits for us
const TICK_MS = 4_000;

// Codes after which coming back by itself would be wrong: our own bug, or someone decided.
const STOP = new Set([1000, 1002, 1003, 1007, 1009, 4000, 4001, 4002, 4003, 4009]);

const lost = () => ({type: "refused", code: "unavailable", says: "The connection was away.", retry: "now", local: true});

export class Line {
  /** `hello()` gives the fields of the next hello. `tell(what, value)` hears: state, welcome, refused, event, stopped. */
  constructor({url, hello, tell, open = (where, protocols) => new WebSocket(where, protocols), random = Math.random}) {
    Object.assign(this, {url, hello, tell, open, random});
    this.current = null; // the socket that was welcomed
    this.coming = null; // the socket that is being opened
    this.pending = new Map(); // id → {command, resolve, keep, sent}
    this.nextId = 1;
    this.attempt = 0;
    this.heartbeat = 10_000;
    this.heard = 0;
    this.welcomed = 0;
    this.state = "idle"; // idle, connecting, ready, away, stopped
    this.timers = {};
  }

  start() {
    if (this.state !== "idle" && this.state !== "stopped") return;
    this.state = "idle";
    this.attempt = 0;
    this.timers.tick = setInterval(() => this.watch(), TICK_MS);
    this.connect();
  }

  /** End for good: nothing is sent and nothing comes back after this. */
  stop(code = 1000) {
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
    this.timers = {};
    for (const socket of [this.current, this.coming]) this.drop(socket, code);
    this.current = this.coming = null;
    this.enter("stopped");
    for (const {resolve} of this.pending.values()) resolve(lost());
    this.pending.clear();
  }

  ask(command, {keep = true} = {}) {
    if (this.state === "stopped" || (!keep && this.state !== "ready")) return Promise.resolve(lost());
    return new Promise((resolve) => {
      const id = this.nextId++;
      const asked = {command, resolve, keep, sent: false};
      this.pending.set(id, asked);
      if (this.state === "ready") this.put(id, asked);
    });
  }

  /** Say something that has no reply and may be lost (`typing`). */
  mention(command) {
    if (this.state === "ready") this.current.send(JSON.stringify(command));
  }

  /** The page woke up, or the network says it is back: look at once instead of waiting for a timer. */
  nudge() {
    if (this.state === "away") this.connect();
    else if (this.state === "ready") this.watch(true);
  }

  // ------------------------------------------------------------------ inside

  enter(state) {
    if (this.state === state) return;
    this.state = state;
    this.tell("state", state);
  }

  put(id, asked) {
    asked.sent = true;
    this.current.send(JSON.stringify({...asked.command, id}));
  }

  connect(ticket) {
    clearTimeout(this.timers.again);
    if (this.coming || this.state === "stopped") return;
    if (!this.current && this.state !== "connecting") this.enter(this.state === "idle" ? "connecting" : "away");
    let socket;
    try {
      socket = this.open(this.url, ticket ? [SUBPROTOCOL, TICKET + ticket] : [SUBPROTOCOL]);
    } catch {
      this.later();
      return;
    }
    this.coming = socket;
    const helloId = this.nextId++;
    socket.onopen = () => socket.send(JSON.stringify({type: "hello", ...this.hello(), id: helloId}));
    socket.onmessage = ({data}) => this.receive(socket, helloId, data);
    socket.onclose = ({code}) => this.closed(socket, code);
    this.timers.hello = setTimeout(() => this.abandon(socket), HELLO_MS);
  }

  receive(socket, helloId, data) {
    this.heard = Date.now();
    const said = JSON.parse(data);
    if (socket === this.coming) {
      if (said.re === helloId && said.type === "welcome") this.arrived(socket, said);
      else if (said.re === helloId) this.turnedAway(socket, said);
      else if (said.re === undefined) this.tell("event", said); // who is kept out has the lines and the reason first
      return;
    }
    if (socket !== this.current) return;
    if (said.re !== undefined && said.re !== null) {
      const asked = this.pending.get(said.re);
      this.pending.delete(said.re);
      asked?.resolve(said);
    } else if (said.type === "reconnect") {
      this.timers.move = setTimeout(() => this.connect(said.ticket), said.after_ms);
      this.comeBack = Date.now() + said.after_ms;
    } else {
      this.tell("event", said);
    }
  }

  arrived(socket, welcome) {
    clearTimeout(this.timers.hello);
    const before = this.current;
    this.current = socket;
    this.coming = null;
    this.drop(before, 1000);
    this.heartbeat = (welcome.heartbeat || 10) * 1000;
    this.welcomed = Date.now();
    this.tell("welcome", welcome); // rooms take what they missed before anything is asked again
    const waiting = [...this.pending.values()];
    this.pending.clear();
    this.enter("ready");
    for (const asked of waiting) {
      if (!asked.keep) {
        asked.resolve(lost());
        continue;
      }
      const id = this.nextId++;
      this.pending.set(id, asked);
      this.put(id, asked);
    }
  }

  turnedAway(socket, refused) {
    clearTimeout(this.timers.hello);
    this.coming = null;
    this.drop(socket, 1000);
    const verdict = this.tell("refused", refused); // "again" when the page changed its hello
    if (verdict === "again") this.connect();
    else if (refused.code === "forbidden") this.halt(4003, refused); // kept out: not to be tried again by itself
    else if (refused.retry === "never") this.halt(0, refused);
    else this.later((refused.retry_after || 0) * 1000);
  }

  closed(socket, code) {
    if (socket === this.coming) {
      clearTimeout(this.timers.hello);
      this.coming = null;
      if (this.current) return; // the old connection still serves
      if (STOP.has(code)) this.refusedAtDoor(code);
      else this.later();
      return;
    }
    if (socket !== this.current) return;
    this.current = null;
    for (const [id, asked] of this.pending) {
      if (asked.keep) continue;
      this.pending.delete(id);
      asked.resolve(lost());
    }
    if (this.coming) return this.enter("away"); // its successor is on the way
    if (STOP.has(code)) return this.refusedAtDoor(code);
    if (Date.now() - this.welcomed > STABLE_MS) this.attempt = 0;
    this.enter("away");
    if (code === 4101) this.tell("stale", null);
    if (code === 4200) this.connect();
    else if (code === 1012 && this.comeBack) this.later(Math.max(0, this.comeBack - Date.now()));
    else this.later();
  }

  refusedAtDoor(code) {
    if (this.tell("refused", {code: code === 4001 || code === 4002 ? "unauthorized" : "closed", close: code}) === "again") {
      this.later();
    } else {
      this.halt(code, null);
    }
  }

  halt(code, refused) {
    this.stop();
    this.tell("stopped", {code, refused});
  }

  /** Come back after a full-jitter wait, but not before `least` milliseconds. */
  later(least = 0) {
    if (this.state === "stopped") return;
    if (!this.current) this.enter("away");
    const wait = this.random() * Math.min(CAP_MS, BASE_MS * 2 ** Math.min(this.attempt++, 10));
    clearTimeout(this.timers.again);
    this.timers.again = setTimeout(() => this.connect(), least + wait);
  }

  /** A connection can be dead without anybody closing it: ask, and leave it when nothing comes. */
  watch(now = false) {
    if (this.state !== "ready") return;
    const silence = Date.now() - this.heard;
    if (silence > 2.5 * this.heartbeat && this.asking) return this.abandon(this.current);
    if (now || silence > this.heartbeat) {
      this.asking = true;
      this.ask({type: "ping"}, {keep: false}).then(() => (this.asking = false));
      if (now) setTimeout(() => this.asking && Date.now() - this.heard > 4_000 && this.abandon(this.current), 5_000);
    }
  }

  abandon(socket) {
    if (!socket || (socket !== this.current && socket !== this.coming)) return;
    this.asking = false;
    this.drop(socket, 4112);
    this.closed(socket, 1006);
  }

  drop(socket, code) {
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    try {
      socket.close(code);
    } catch {
      // it was never open
    }
  }
}
