/* The view: turns state into elements. Text only ever becomes text nodes; no string is ever read as markup. */

const SVG = "http://www.w3.org/2000/svg";

/** Make an element: `h("p", {class: "x", onclick: f}, "text", child, null)`. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

export const $ = (id) => document.getElementById(id);

export const REACTIONS = {
  hug: "A hug", heart: "Heart", with_you: "I’m with you", same_here: "Same here",
  thank_you: "Thank you", strength: "Strength to you", candle: "A candle for you", proud: "Proud of you",
};

const clock = new Intl.DateTimeFormat(undefined, {hour: "2-digit", minute: "2-digit"});
const day = new Intl.DateTimeFormat(undefined, {weekday: "long", day: "numeric", month: "long"});

const GROUP_MS = 5 * 60_000; // messages of one person closer than this share a name line
const HUES = 8;

/** A steady soft colour for an alias: it says "the same person in this room", nothing more. */
const hue = (aliasId = "") => ([...aliasId].reduce((sum, letter) => Math.imul(sum ^ letter.codePointAt(0), 16777619), 2166136261) >>> 9) % HUES;
const initial = (name = "") => [...name.trim()][0]?.toUpperCase() ?? "·";

export function avatar(from) {
  return h("span", {class: `avatar hue-${hue(from?.alias_id)}`, "aria-hidden": "true"}, initial(from?.name));
}

/** How many are in a room, without pointing at the few (below five no exact number is shown outside the room). */
export const howMany = (n) => (!n ? "Quiet right now" : n < 5 ? "A few people here" : `${n} people here`);
export const present = (n) => (n === 1 ? "1 person here" : `${n} people here`);

/** "3 days", from seconds. */
export function spell(seconds) {
  if (!seconds) return null;
  const [size, word] = [[86400, "day"], [3600, "hour"], [60, "minute"]].find(([unit]) => seconds >= unit) ?? [1, "second"];
  const count = Math.round(seconds / size);
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

export const keptFor = (retention) => (spell(retention) ? `Messages in this room are deleted after ${spell(retention)}.` : "Messages in this room are deleted after a while.");

/** Rules come as text, one a line, or as a list. */
export const rulesOf = (rules) => (Array.isArray(rules) ? rules : String(rules ?? "").split(/\n+/)).map((rule) => rule.replace(/^\s*[-*•]\s*/, "").trim()).filter(Boolean);

export function drawRules(list, rules) {
  list.replaceChildren(...rulesOf(rules).map((rule) => h("li", {dir: "auto"}, rule)));
}

export function drawRooms(list, rooms, {current, open}) {
  list.replaceChildren(...rooms.map((room) => h("li", {},
    h("button", {type: "button", class: "room-card", "data-room": room.room, "aria-current": room.room === current ? "true" : null, onclick: () => open(room)},
      h("span", {class: "room-card-title", dir: "auto"}, room.title || room.room),
      h("span", {class: "room-card-about", dir: "auto"}, room.about ?? ""),
      h("span", {class: "room-card-now"}, h("span", {class: room.present ? "dot lit" : "dot", "aria-hidden": "true"}), howMany(room.present), room.unread ? h("span", {class: "unread"}, `${room.unread} new`) : null)))));
}

// ------------------------------------------------------------------ messages

/** Put a <mark> around each span. Spans count code points of the text. */
export function marked(text, findings = []) {
  const letters = [...text];
  const spans = findings.map(({span}) => span).filter((span) => span && span[1] > span[0]).sort((a, b) => a[0] - b[0]);
  const parts = [];
  let at = 0;
  for (const [start, end] of spans) {
    if (start < at) continue;
    parts.push(letters.slice(at, start).join(""), h("mark", {}, letters.slice(start, end).join("")));
    at = end;
  }
  return [...parts, letters.slice(at).join("")].filter((part) => part !== "");
}

/** Why something was covered or stopped: each reason once, with the words it is about when the text is given. */
export function reasons(findings = [], text = "") {
  const letters = [...text];
  const said = new Map(findings.filter((finding) => finding.says).map(({says, span}) => [says, letters.slice(...(span ?? [0, 0])).join("")]));
  return said.size ? h("ul", {class: "reasons"}, ...[...said].map(([says, words]) => h("li", {dir: "auto"}, words ? h("mark", {}, words) : null, words ? " " : null, says))) : null;
}

function quote(room, id) {
  const to = room.items.get(id);
  if (!to) return h("p", {class: "quoted"}, "In reply to an earlier message");
  const words = to.redacted ? "taken back" : [...(to.text ?? "")].slice(0, 120).join("");
  return h("p", {class: "quoted", dir: "auto"}, h("bdi", {}, to.mine ? "You" : (to.from?.name ?? "")), ": ", h("bdi", {}, words));
}

function body(item, room) {
  if (item.redacted) return h("p", {class: "gone"}, item.mine ? "You took this back." : "This message was taken back.");
  const words = h("p", {class: "words", dir: "auto"}, item.text ?? item.says ?? "");
  if (!item.notes?.length) return words;
  return h("details", {class: "noted"}, h("summary", {}, "Content note: ", h("bdi", {}, item.notes.join(", "))), words);
}

function tags(item) {
  if (item.redacted) return null;
  const covered = item.findings?.length || (Array.isArray(item.masked) ? item.masked.length : item.masked);
  const parts = [];
  if (item.edited) parts.push(h("span", {class: "tag"}, "changed"));
  if (covered && item.mine && item.findings?.length) parts.push(h("details", {class: "tag-more"}, h("summary", {}, icon("kept"), "Something was covered to keep you safe"), reasons(item.findings)));
  else if (covered) parts.push(h("span", {class: "tag"}, icon("kept"), "private details covered"));
  return parts.length ? h("div", {class: "tags"}, ...parts) : null;
}

function reactions(item, room, act) {
  const shown = [...item.reactions].filter(([name, who]) => who.size && REACTIONS[name]);
  if (!shown.length || item.redacted) return null;
  // No counters: one light per kind of kindness, however many gave it.
  return h("ul", {class: "given", role: "list", "aria-label": "Reactions"}, ...shown.map(([name, who]) => {
    const own = who.has(room.aliasId);
    const label = item.mine ? REACTIONS[name] : own ? `${REACTIONS[name]}, from you too` : REACTIONS[name];
    return h("li", {}, h("button", {type: "button", class: "chip", tabindex: "-1", "aria-pressed": own ? "true" : "false", "aria-label": label, title: label, onclick: () => act.react(item, name, !own)}, icon(name)));
  }));
}

/** One message of the log. `act`: {react, reply, edit, takeBack, toggle}. */
export function drawMessage(item, room, before, act) {
  if (item.type === "notice" || item.system) {
    return h("li", {class: "system", "data-id": item.id}, h("p", {dir: "auto"}, h("span", {class: "tag"}, "From Warmline"), " ", item.says ?? item.text ?? ""));
  }
  const at = new Date(item.at);
  const follows = before && before.from?.alias_id === item.from?.alias_id && !before.system && at - new Date(before.at) < GROUP_MS && sameDay(before, item);
  const name = item.mine ? "You" : (item.from?.name ?? "Someone");
  const role = item.from?.role && item.from.role !== "peer" ? h("span", {class: "role"}, item.from.role) : null;
  const classes = ["message", item.mine ? "mine" : "", follows ? "follows" : ""].filter(Boolean).join(" ");
  return h("li", {class: classes, "data-id": item.id},
    item.mine ? null : avatar(item.from),
    h("article", {class: "bubble", "aria-label": `${name}, ${clock.format(at)}`},
      h("header", {class: follows ? "unseen" : "by"}, h("bdi", {class: "name"}, name), role, h("time", {datetime: item.at}, clock.format(at))),
      item.reply_to ? quote(room, item.reply_to) : null,
      body(item, room), tags(item), reactions(item, room, act)),
    item.redacted ? null : h("button", {type: "button", class: "quiet more", tabindex: "-1", "aria-expanded": "false", "aria-label": `Answer or react to ${name}, ${clock.format(at)}`, onclick: (event) => act.toggle(item, event.currentTarget)}, icon("more")));
}

/** What can be done with a message, opened under it. */
export function drawActions(item, room, act) {
  const kind = Object.entries(REACTIONS).map(([name, label]) => {
    const own = item.reactions.get(name)?.has(room.aliasId) ?? false;
    return h("button", {type: "button", class: "react", "aria-pressed": own ? "true" : "false", onclick: () => act.react(item, name, !own)}, icon(name), h("span", {}, label));
  });
  return h("div", {class: "actions", role: "group", "aria-label": "What you can do with this message"},
    item.mine ? null : h("div", {class: "reacts"}, ...kind),
    h("div", {class: "verbs"},
      h("button", {type: "button", class: "quiet outlined", onclick: () => act.reply(item)}, "Reply"),
      item.mine ? h("button", {type: "button", class: "quiet outlined", onclick: () => act.edit(item)}, "Change my words") : null,
      item.mine ? h("button", {type: "button", class: "quiet outlined", onclick: () => act.takeBack(item)}, "Take it back") : null));
}

const sameDay = (a, b) => new Date(a.at).toDateString() === new Date(b.at).toDateString();

export function dayLine(item, before) {
  if (!item.at || (before && sameDay(before, item))) return null;
  const today = new Date().toDateString() === new Date(item.at).toDateString();
  return h("li", {class: "day", "data-day": new Date(item.at).toDateString()}, h("span", {}, today ? "Today" : day.format(new Date(item.at))));
}

/** Words on their way. */
export function drawUnsent(words, act) {
  const state = words.state === "held"
    ? (words.says || "A person from the team looks at this before others see it. You did nothing wrong by writing it, and you’ll be told what becomes of it.")
    : words.delayed ? "Kept. It goes out as soon as we can pass it on." : act.away ? "Kept. It goes out when we’re connected again." : "On its way";
  return h("li", {class: `message mine ${words.state === "held" ? "held" : "going"}`, "data-key": words.key},
    h("article", {class: "bubble"},
      h("p", {class: "words", dir: "auto"}, words.text),
      h("p", {class: "hint state", dir: "auto"}, words.target ? "Your change: " : "", state),
      words.state === "held" ? reasons(words.findings) : null,
      words.state === "held" && words.id ? h("button", {type: "button", class: "quiet outlined", onclick: () => act.withdraw(words)}, "Take it back") : null));
}

export function drawMembers(list, room) {
  const members = [...(room.members?.values() ?? [])].sort((a, b) => (a.alias_id === room.aliasId ? -1 : b.alias_id === room.aliasId ? 1 : a.name.localeCompare(b.name)));
  list.replaceChildren(...members.map((member) => h("li", {}, avatar(member), h("bdi", {class: "name"}, member.name),
    member.alias_id === room.aliasId ? h("span", {class: "role"}, "you") : member.role && member.role !== "peer" ? h("span", {class: "role"}, member.role) : null)));
}
