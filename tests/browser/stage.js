// A stage for the page's protocol modules: scripted sockets that say what a server may say (test_line.py).
async () => {
  const {Line} = await import("/protocol.js");
  const {Rooms} = await import("/rooms.js");
  const stage = {sockets: [], told: [], asked: 0};
  class Scripted {
    constructor(url, protocols) {
      Object.assign(this, {url, protocols, sent: [], shut: null});
      stage.sockets.push(this);
    }
    send(words) { this.sent.push(JSON.parse(words)); }
    close(code) { this.shut = code; }
    says(event) { this.onmessage?.({data: JSON.stringify(event)}); }
    falls(code) { this.onclose?.({code}); }
    welcome(more = {}) {
      this.onopen?.();
      const hello = this.sent.at(-1);
      this.says({type: "welcome", re: hello.id, token: "t", heartbeat: 10, limits: {}, resumed: [], now: [], ...more});
      return hello;
    }
    answer(type, more = {}) {
      const asked = [...this.sent].reverse().find((one) => one.type === type && !one.answered);
      asked.answered = true;
      this.says({re: asked.id, ...more});
      return asked;
    }
  }
  const kept = {};
  const store = {get: (name) => kept[name] ?? null, set: (name, value) => (kept[name] = value)};
  const tell = (what, value) => {
    stage.told.push([what, value]);
    if (what === "event") stage.rooms.receive(value);
    if (what === "welcome") stage.rooms.welcomed(value);
    if (what === "stale") stage.rooms.forgetCursors();
    return what === "refused" ? stage.verdict : undefined;
  };
  stage.line = new Line({url: "ws://x/ws", open: (...where) => new Scripted(...where), random: () => 0, tell,
    hello: () => ({guest: {band: "adult"}, resume: stage.rooms.resume()})});
  stage.rooms = new Rooms({line: stage.line, store, tell: (what, room, detail) => stage.told.push([what, detail])});
  stage.turn = () => new Promise((resolve) => setTimeout(resolve, 0));
  stage.later = async (enough) => { while (!enough()) await stage.turn(); };
  stage.event = (n, from = "b", type = "message") => ({
    type, room: "r", id: `e${n}`, cursor: `c${n}`, at: "2026-01-01T00:00:00.000Z", from: {alias_id: from, name: from}, text: `t${n}`,
  });
  stage.page = (ids, cursor, more = false) => ({type: "page", room: "r", events: ids.map((n) => stage.event(n)), more, cursor});
  stage.sent = (n, more = {}) => ({type: "sent", room: "r", id: `e${n}`, cursor: `c${n}`, at: "x", state: "delivered", ...more});
  stage.joined = (more = {}) => ({type: "joined", room: "r", alias: "A", alias_id: "a", rules: "", present: 1, version: 1, members: [], events: [], cursor: "c0", recovered: true, ...more});
  stage.ready = async (joined = {}) => {
    stage.line.start();
    stage.sockets[0].welcome();
    const joining = stage.rooms.join("r");
    stage.sockets[0].answer("join", stage.joined(joined));
    await joining;
    return stage.sockets[0];
  };
  stage.shown = () => [...stage.rooms.get("r").items.keys()];
  window.stage = stage;
}
