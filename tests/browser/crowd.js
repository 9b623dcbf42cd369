// A crowded room for test_rooms.py: the page's own modules, fed what a server would say.
() => {
  const ours = globalThis[Symbol.for("warmline")];
  const message = (room, n, kind) => ({
    type: "message", room: room.name, id: `${kind}-${n}`, cursor: `${kind}${n}`, at: new Date().toISOString(),
    from: {alias_id: `a${n % 7}`, name: `Name ${n % 7}`, role: "peer"}, text: `Message ${n}`,
  });
  const longHistory = (many) => {
    const {rooms} = ours["live.js"];
    const room = rooms.get("bipolar");
    const real = rooms.line.ask.bind(rooms.line);
    const event = (n) => ({...message(room, n, "old"), at: new Date(1.7e12 + n * 40_000).toISOString(), cursor: `c${n}`});
    rooms.line.ask = async (command, how) => {
      if (command.type !== "page") return real(command, how);
      const end = command.before === "far" ? many : Number(command.before.slice(1));
      const start = Math.max(0, end - 50);
      const events = Array.from({length: end - start}, (_, at) => event(start + at));
      return {type: "page", room: room.name, events, more: start > 0, cursor: `c${start}`};
    };
    Object.assign(room, {oldest: "far", more: true});
  };
  const readAll = async (many) => {
    const scroller = document.getElementById("scroller");
    const seen = new Set();
    let most = 0;
    const look = () => {
      const rows = [...document.querySelectorAll("#messages > [data-id]")];
      most = Math.max(most, rows.length);
      for (const row of rows) seen.add(row.dataset.id);
      return rows.map((row) => row.dataset.id);
    };
    const frame = () => new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
    for (let turn = 0; turn < 600 && !look().includes("old-0"); turn += 1) {
      scroller.scrollTop = 0;
      scroller.dispatchEvent(new Event("scroll")); // at the very top already, none comes by itself
      await frame();
    }
    const top = look().slice(0, 3);
    const last = [...document.querySelectorAll("#messages > [data-id]")].at(-1).dataset.id;
    for (let turn = 0; turn < 600 && !look().includes(`old-${many - 1}`); turn += 1) {
      scroller.scrollTop = scroller.scrollHeight;
      await frame();
    }
    const ids = look().filter((id) => id.startsWith("old-")).map((id) => Number(id.slice(4)));
    const ordered = ids.every((id, at) => at === 0 || id === ids[at - 1] + 1);
    return {most, seen: [...seen].filter((id) => id.startsWith("old-")).length, top, last, ordered};
  };
  const flood = async ([many, wait]) => {
    const {rooms} = ours["live.js"];
    const said = [];
    const heard = new MutationObserver((all) => all.forEach((one) => one.addedNodes.forEach((node) => said.push(node.textContent))));
    heard.observe(document.getElementById("announce"), {childList: true});
    const slow = [];
    document.getElementById("words").addEventListener("keydown", () => {
      const began = performance.now();
      requestAnimationFrame(() => setTimeout(() => slow.push(performance.now() - began)));
    });
    window.flooded = new Promise((done) => {
      let n = 0;
      const room = rooms.get("recovery");
      const timer = setInterval(() => {
        rooms.receive(message(room, n, "live"));
        n += 1;
        if (n < many) return;
        clearInterval(timer);
        setTimeout(() => done({said: said.filter((words) => words.includes("Message")), slow}), 400);
      }, wait);
    });
  };
  window.crowd = {longHistory, readAll, flood};
}
