/* The page: wires the line, the rooms and the views together. What a visit needs stands in sessionStorage only
   (this tab, until it closes); nothing is ever put into an address. */

import {drawCard, localCard} from "./card.js";
import {Composer} from "./composer.js";
import {Line} from "./protocol.js";
import {Rooms} from "./rooms.js";
import {$, dayLine, drawActions, drawMembers, drawMessage, drawRooms, drawRules, drawUnsent, h, keptFor, present} from "./view.js";

const PREFIX = "warmline.";
const DRAWN_LIMIT = 600; // more rows than anyone reads at once; older ones are a page away
const ANNOUNCED_LIMIT = 30;
const TYPING_SHOWN_MS = 6_000;
const TWICE_MS = 1_200; // two presses of Escape this close leave the page
const AWAY_SHOWN_MS = 700; // a blink needs no banner
const ROOMS_AGAIN_MS = 30_000; // how fresh the list of rooms is while somebody looks at it

/** sessionStorage, tolerant of being refused, and deaf after a quick exit. */
const store = {
  gone: false,
  get(name) {
    try {
      return JSON.parse(sessionStorage.getItem(PREFIX + name));
    } catch {
      return null;
    }
  },
  set(name, value) {
    if (this.gone) return;
    try {
      if (value === null || value === undefined || value.length === 0) sessionStorage.removeItem(PREFIX + name);
      else sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
    } catch {
      // full or forbidden: the page works, it only forgets on reload
    }
  },
  clear() {
    try {
      for (const name of Object.keys(sessionStorage)) if (name.startsWith(PREFIX)) sessionStorage.removeItem(name);
    } catch {
      // nothing was kept
    }
  },
};

const tab = Math.random().toString(36).slice(2); // of this page load: a copied tab is another one
const shown = {view: "door", room: null, list: [], chosen: null, nodes: new Map(), drawnItems: [], engineAway: false, card: null, unread: new Map()};
let visit = store.get("visit"); // {band, name, token}

const line = new Line({url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`, hello, tell: heard});
const rooms = new Rooms({line, store, tell: changed});
const composer = new Composer({
  store, announce,
  say: (room, text, how) => (rooms.say(room, text, how), toBottom()),
  check: (room, text) => rooms.check(room, text),
  typing: (room) => line.mention({type: "typing", room: room.name}),
});

function hello() {
  const place = navigator.language?.split("-") ?? [];
  const country = /^[A-Z]{2}$/.test(place.at(-1) ?? "") ? place.at(-1) : undefined;
  const guest = {band: visit.band, ...(visit.name ? {name: visit.name} : {}), ...(place[0] ? {language: place[0]} : {}), ...(country ? {country} : {})};
  return {...(visit.token ? {token: visit.token} : {guest}), resume: rooms.resume(), client: {name: "page", version: "1", tab}};
}

// ------------------------------------------------------------------ what the line says

function heard(what, value) {
  if (what === "state") return onState(value);
  if (what === "welcome") return onWelcome(value);
  if (what === "refused") return onRefused(value);
  if (what === "stopped") return onStopped(value);
  if (what === "stale") return rooms.forgetCursors();
  if (value.type === "notice" && !value.id) return onNotice(value);
  return rooms.receive(value);
}

let awayTimer;
function onState(state) {
  clearTimeout(awayTimer);
  document.body.dataset.line = state;
  if (state === "away") awayTimer = setTimeout(() => banner("Reconnecting… your words are kept.", "away"), AWAY_SHOWN_MS);
  if (state === "ready") {
    if (document.body.dataset.banner === "away") banner("You’re connected again. Nothing was lost.", "back");
    refreshRooms();
  }
  if (shown.room) drawOutgoing(shown.room);
}

function onWelcome(welcome) {
  visit = {...visit, token: welcome.token, band: welcome.band};
  store.set("visit", visit);
  composer.limit = welcome.limits?.text ?? composer.limit;
  clearTimeout(onWelcome.refresh);
  const left = new Date(welcome.expires) - Date.now();
  if (left > 0) onWelcome.refresh = setTimeout(renew, Math.min(left * 0.8, 2 ** 31 - 1));
  rooms.welcomed(welcome);
  for (const event of welcome.now ?? []) rooms.receive(event);
  if (shown.view === "door") comeIn();
}

async function renew() {
  const reply = await line.ask({type: "refresh", token: visit.token}, {keep: false});
  if (reply.type === "refreshed") store.set("visit", (visit = {...visit, token: reply.token}));
}

/** The server turned our hello away. With an outdated token we come as a new guest. */
function onRefused({code, says, close}) {
  if ((code === "unauthorized" || code === "expired") && visit?.token) {
    visit = {band: visit.band, name: visit.name};
    rooms.forgetCursors();
    return "again";
  }
  if (shown.view === "door") {
    $("visit-problem").textContent = says ?? "";
    $("visit-problem").hidden = !says;
  }
  return close ? "stop" : "later";
}

const STOPPED = {
  4003: ["You can’t take part at the moment.", "You can ask for this to be looked at again. If you need someone now, “Help now” above still works."],
  4009: ["This conversation is open somewhere else.", "It moved to another window of yours. You can bring it back here."],
};

function onStopped({code, refused}) {
  if (store.gone || (shown.view === "door" && refused)) return; // the door says it beside the button
  const [title, says] = STOPPED[code] ?? ["Something went wrong on our side.", "Your words are kept in this tab. You can start again."];
  $("stopped-title").textContent = title;
  $("stopped-says").textContent = refused?.says ?? says;
  show("stopped");
}

function onNotice({code, says}) {
  if (code === "engine_back") {
    shown.engineAway = false;
    banner(says || "We’re back. Everything that was said is being passed on.", "back");
  } else if (code === "engine_away") {
    shown.engineAway = true;
    banner(says || "We can’t pass words on for a moment. What you write is kept.", "engine");
  } else if (says) {
    banner(says, "notice");
  }
}

let bannerTimer;
function banner(words, kind) {
  clearTimeout(bannerTimer);
  $("banner").textContent = words;
  document.body.dataset.banner = words ? kind : "";
  if (kind === "back" || kind === "notice") bannerTimer = setTimeout(() => banner("", ""), kind === "back" ? 4_000 : 9_000);
}

// ------------------------------------------------------------------ what rooms say

function changed(what, room, detail) {
  if (what === "inbox") return onInbox(detail);
  const here = room === shown.room;
  if (what === "add") return here ? addMessage(room, detail) : addUnread(room, detail);
  if (!here) return undefined;
  if (what === "fresh") return drawRoom(room);
  if (what === "change") return redraw(room, detail.item);
  if (what === "presence") return drawPresence(room);
  if (what === "typing") return drawTyping(room, detail);
  if (what === "unsent") return drawOutgoing(room);
  if (what === "masked") return onMasked(room, detail);
  if (what === "refused") return composer.refused(room, detail);
  if (what === "gone") return onGone(room, detail);
  return undefined;
}

function addUnread(room, item) {
  if (item.mine) return;
  shown.unread.set(room.name, (shown.unread.get(room.name) ?? 0) + 1);
  drawRail();
}

/** Say something to people who listen to the page instead of looking at it; each thing once. */
function announce(words) {
  const region = $("announce");
  region.append(h("p", {dir: "auto"}, words));
  while (region.childElementCount > ANNOUNCED_LIMIT) region.firstElementChild.remove();
}

const act = {
  react: (item, name, on) => {
    rooms.react(shown.room, item.id, name, on).then((reply) => reply.type === "refused" && announce(reply.says));
    closeActions(true);
  },
  reply: (item) => (closeActions(false), composer.about({replyTo: item})),
  edit: (item) => (closeActions(false), composer.about({target: item})),
  takeBack: async (item) => {
    closeActions(true);
    const reply = await rooms.takeBack(shown.room, item.id);
    if (reply.type === "refused") banner(reply.says, "notice");
  },
  toggle: (item, button) => {
    const open = button.getAttribute("aria-expanded") === "true";
    closeActions(false);
    if (open) return;
    button.setAttribute("aria-expanded", "true");
    const panel = drawActions(item, shown.room, act);
    button.closest("li").append(panel);
    panel.scrollIntoView({block: "nearest"});
    panel.querySelector("button").focus();
  },
};

function closeActions(focusBack) {
  const panel = document.querySelector(".actions");
  if (!panel) return false;
  const button = panel.closest("li").querySelector(".more");
  button?.setAttribute("aria-expanded", "false");
  panel.remove();
  if (focusBack) button?.focus();
  return true;
}

// ------------------------------------------------------------------ drawing a room

function atBottom() {
  const scroller = $("scroller");
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 90;
}

function toBottom() {
  const scroller = $("scroller");
  scroller.scrollTop = scroller.scrollHeight;
  $("newer").hidden = true;
}

function drawRoom(room) {
  const list = $("messages");
  const rows = [];
  let before = null;
  shown.nodes.clear();
  for (const item of room.items.values()) {
    rows.push(...rowsFor(room, item, before));
    before = item;
  }
  list.replaceChildren(...rows);
  rove(null);
  drawBeginning(room);
  drawPresence(room);
  drawOutgoing(room);
  toBottom();
}

function rowsFor(room, item, before) {
  const node = drawMessage(item, room, before, act);
  shown.nodes.set(item.id, node);
  return [dayLine(item, before), node].filter(Boolean);
}

function addMessage(room, item) {
  const follow = atBottom() || item.mine;
  const all = [...room.items.values()];
  $("messages").append(...rowsFor(room, item, all.at(-2)));
  if (follow && all.length > DRAWN_LIMIT) trim(room);
  if (all.length === 1) drawBeginning(room);
  clearTyping(item.from?.alias_id);
  announce(`${item.mine ? "You" : (item.from?.name ?? "Warmline")}: ${item.text ?? item.says ?? ""}`);
  rove(null);
  if (follow) toBottom();
  else $("newer").hidden = false;
}

/** Let go of the oldest rows; a page brings them back. */
function trim(room) {
  const [oldest] = room.items.keys();
  room.items.delete(oldest);
  room.seen.delete(oldest);
  shown.nodes.get(oldest)?.remove();
  shown.nodes.delete(oldest);
  room.oldest = room.items.values().next().value.cursor;
  room.more = true;
  drawBeginning(room);
}

function redraw(room, item) {
  const old = item && shown.nodes.get(item.id);
  if (!old) return;
  const all = [...room.items.values()];
  const node = drawMessage(item, room, all[all.indexOf(item) - 1], act);
  const focused = old.contains(document.activeElement);
  shown.nodes.set(item.id, node);
  const bottom = atBottom();
  old.replaceWith(node);
  rove(focused ? item.id : null, focused);
  if (bottom) toBottom();
}

function drawBeginning(room) {
  const kept = shown.list.find((one) => one.room === room.name)?.retention;
  $("earlier").hidden = !room.more;
  $("beginning").hidden = room.more;
  $("beginning").textContent = room.items.size ? `This is where what is kept begins. ${keptFor(kept)}` : "Nothing has been said here lately. You can be the first, or just sit.";
}

async function showEarlier() {
  const room = shown.room;
  const scroller = $("scroller");
  const bottom = scroller.scrollHeight - scroller.scrollTop;
  const added = await rooms.older(room);
  if (room !== shown.room) return;
  if (added.length) {
    const rows = [];
    let before = null;
    for (const item of added) {
      rows.push(...rowsFor(room, item, before));
      before = item;
    }
    const first = $("messages").querySelector(".day");
    if (first?.dataset.day === new Date(before.at).toDateString()) first.remove();
    $("messages").prepend(...rows);
    scroller.scrollTop = scroller.scrollHeight - bottom;
    announce(`${added.length} earlier messages are shown.`);
    rove(null);
  }
  drawBeginning(room);
}

function drawPresence(room) {
  const [count, ...words] = present(room.present).split(" ");
  $("present").replaceChildren(count, h("span", {class: "wide-only"}, ` ${words.join(" ")}`));
  $("people-toggle").setAttribute("aria-label", `${present(room.present)}, about this room`);
  $("room-you").replaceChildren("You are ", h("bdi", {}, room.alias));
  drawMembers($("members"), room);
  const more = room.present - (room.members?.size ?? 0);
  $("members-hint").textContent = room.members && more > 0 ? `and ${more} more` : "";
  drawRail();
}

const typists = new Map();
function drawTyping(room, {from = [], several}) {
  const until = Date.now() + TYPING_SHOWN_MS;
  for (const one of from) if ((one.alias_id ?? one) !== room.aliasId) typists.set(one.alias_id ?? one, until);
  showTyping(several);
}

function clearTyping(aliasId) {
  if (typists.delete(aliasId)) showTyping(false);
}

function showTyping(several) {
  for (const [alias, until] of typists) if (until < Date.now()) typists.delete(alias);
  const names = [...typists.keys()].map((alias) => shown.room?.members?.get(alias)?.name ?? "Someone").slice(0, 2);
  const words = !names.length ? "" : several || typists.size > 2 ? "Several people are writing" : `${names.join(" and ")} ${names.length > 1 ? "are" : "is"} writing`;
  $("typing").textContent = words;
  $("typing").classList.toggle("on", Boolean(words));
  clearTimeout(showTyping.timer);
  if (words) showTyping.timer = setTimeout(() => showTyping(false), TYPING_SHOWN_MS);
}

function drawOutgoing(room) {
  const bottom = atBottom();
  const away = document.body.dataset.line !== "ready";
  $("unsent").replaceChildren(...room.unsent.filter((words) => words.state === "waiting" || words.state === "held" || !room.seen.has(words.id)).map((words) => drawUnsent(words, {away, withdraw: takeHeldBack})));
  if (bottom) toBottom();
}

async function takeHeldBack(words) {
  const reply = await rooms.withdraw(words);
  if (reply.type === "refused") announce(reply.says);
}

function onMasked(room, {id, findings}) {
  const item = room.items.get(id);
  if (item) {
    item.findings = findings;
    redraw(room, item);
  }
  const said = [...new Set(findings.map((finding) => finding.says).filter(Boolean))];
  announce(`Sent, with private details covered. ${said.join(" ")}`);
}

function onGone(room, refusal) {
  banner(refusal.says ?? "This room is closed.", "notice");
  toRooms();
}

/** One message in the list can be reached by Tab; arrow keys move between them. */
function rove(id, focus) {
  const buttons = [...$("messages").querySelectorAll(".more")];
  const wanted = (id && shown.nodes.get(id)?.querySelector(".more")) ?? buttons.find((button) => button.tabIndex === 0 && button === document.activeElement) ?? buttons.at(-1);
  for (const button of buttons) button.tabIndex = button === wanted ? 0 : -1;
  if (focus) wanted?.focus();
}

function arrows(event) {
  const row = event.target.closest?.("#messages > .message");
  if (!row || event.target.closest(".actions")) return;
  const buttons = [...$("messages").querySelectorAll(".more")];
  const at = buttons.indexOf(row.querySelector(".more"));
  const to = {ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: buttons.length - 1}[event.key];
  if (to === undefined || !buttons[to]) return;
  event.preventDefault();
  for (const button of buttons) button.tabIndex = button === buttons[to] ? 0 : -1;
  buttons[to].focus();
}

// ------------------------------------------------------------------ care

function onInbox(event) {
  if (event.type === "care") openCard({...event.card, id: event.card?.id ?? event.id});
  else if (event.type === "resolved" && event.says) {
    const words = h("section", {class: "beside told", "aria-label": "About your message"}, h("p", {dir: "auto"}, event.says),
      h("button", {type: "button", class: "quiet outlined", onclick: () => words.remove()}, "All right"));
    $("beside").append(words);
    announce(event.says);
  }
}

function openCard(card, focus = false) {
  if (!focus && (store.get("put_away") ?? []).includes(card.id)) return;
  if (!card.local) store.set("card", card);
  shown.card?.remove();
  const back = focus ? document.activeElement : null;
  shown.card = drawCard(card, {
    dismiss: () => {
      const focused = shown.card?.contains(document.activeElement);
      shown.card?.remove();
      shown.card = null;
      if (!card.local) store.set("put_away", [...(store.get("put_away") ?? []), card.id].slice(-50));
      if (focused) (back ?? (shown.view === "room" ? $("words") : $("main"))).focus();
    },
    answer: async (choice) => {
      const reply = await line.ask({type: "care_answer", care: card.id, choice}, {keep: false});
      if (reply.card) openCard(reply.card, true);
      else if (reply.says) banner(reply.says, "notice");
    },
  });
  const inRoom = shown.view === "room";
  (inRoom ? $("beside") : $("help-panel")).prepend(shown.card);
  if (focus) shown.card.querySelector("h2").focus();
  else announce(`For you only: ${[card.says].flat().join(" ")}`);
}

/** "Help now" always answers: the card on the page, the server's, the last one, or what the page knows by itself. */
async function helpNow() {
  if (shown.card) return shown.card.querySelector("h2").focus();
  const asked = line.ask({type: "help", ...(shown.room ? {room: shown.room.name} : {})}, {keep: false});
  const reply = await Promise.race([asked, new Promise((late) => setTimeout(late, 1_500, {}))]); // help does not wait
  const card = reply.card ?? store.get("card") ?? localCard(line.state === "ready");
  return openCard({id: "help", ...card}, true);
}

// ------------------------------------------------------------------ going about

function show(view, focus) {
  shown.view = view;
  document.body.dataset.view = view;
  if (view !== "room") shown.room = null;
  if (focus !== null) (focus ?? $("main")).focus({preventScroll: true});
  if (view !== "room") scrollTo(0, 0);
  closeAside();
}

async function refreshRooms() {
  const reply = await line.ask({type: "rooms"}, {keep: false});
  if (reply.type !== "rooms") return;
  shown.list = reply.rooms;
  drawRail();
}

function drawRail() {
  // Of a room we sit in we know who is there by the moment; of the others, as of the last list.
  const list = shown.list.map((room) => ({...room, present: rooms.get(room.room)?.present ?? room.present, unread: shown.unread.get(room.room)}));
  const focused = document.activeElement?.closest?.(".room-card")?.dataset.room;
  drawRooms($("room-list"), list, {current: shown.room?.name, open: chooseRoom});
  if (focused) $("room-list").querySelector(`[data-room="${CSS.escape(focused)}"]`)?.focus();
}

async function comeIn() {
  const before = store.get("rooms") ?? [];
  await refreshRooms();
  for (const [name, alias] of before) await rooms.join(name, {alias});
  const last = store.get("last");
  if (last && rooms.get(last)) enterRoom(rooms.get(last));
  else toRooms();
  const card = store.get("card");
  if (card) openCard(card); // unless it was put away
}

function toRooms() {
  store.set("last", null);
  show("rooms");
  drawRail();
  refreshRooms();
}

function chooseRoom(topic) {
  const known = rooms.get(topic.room);
  if (known?.cursor && !known.gone) return enterRoom(known);
  shown.chosen = topic;
  $("threshold-title").textContent = topic.title || topic.room;
  $("threshold-about").textContent = topic.about ?? "";
  drawRules($("threshold-rules"), topic.rules);
  $("threshold-kept").textContent = keptFor(topic.retention);
  $("join-problem").hidden = true;
  $("alias").value = "";
  return show("threshold");
}

async function sitDown() {
  const reply = await rooms.join(shown.chosen.room, {alias: $("alias").value.trim()});
  if (reply.type === "joined") return enterRoom(rooms.get(reply.room));
  const problem = $("join-problem");
  problem.textContent = [reply.says, reply.suggestion ? `This would do: ${reply.suggestion}` : ""].filter(Boolean).join(" ");
  problem.hidden = false;
  return undefined;
}

function enterRoom(room) {
  const topic = shown.list.find((one) => one.room === room.name) ?? {};
  shown.room = room;
  shown.unread.delete(room.name);
  store.set("last", room.name);
  typists.clear();
  $("room-title").textContent = topic.title || room.name;
  drawRules($("aside-rules"), room.rules || topic.rules);
  $("aside-kept").textContent = keptFor(topic.retention);
  show("room", null);
  composer.enter(room);
  if (shown.card) $("beside").prepend(shown.card);
  drawRoom(room);
  drawRail();
  showTyping(false);
  announce(`You are in ${topic.title || room.name}, as ${room.alias}. ${present(room.present)}.`);
  if (!matchMedia("(pointer: coarse)").matches) $("words").focus(); // no keyboard jumps up on a phone
}

async function leaveRoom() {
  const name = shown.room.name;
  await rooms.leave(name);
  toRooms();
}

function forget() {
  line.stop();
  store.clear();
}

/** Leave at once: nothing stays, and Back does not lead here. */
function quickExit() {
  document.documentElement.hidden = true;
  store.gone = true;
  document.title = "";
  forget();
  location.replace(document.querySelector('meta[name="warmline-exit"]').content);
}

let lastEscape = 0;
function escape() {
  if (Date.now() - lastEscape < TWICE_MS) return quickExit();
  lastEscape = Date.now();
  if (closeActions(true)) return undefined;
  return closeAside();
}

function closeAside() {
  $("people-toggle").setAttribute("aria-expanded", "false");
  const wasOpen = document.body.classList.toggle("aside-open", false);
  return wasOpen;
}

function toggleAside() {
  if (getComputedStyle($("aside-close")).display === "none") return $("aside").focus(); // wide enough to stand open
  const open = !document.body.classList.contains("aside-open");
  document.body.classList.toggle("aside-open", open);
  $("people-toggle").setAttribute("aria-expanded", String(open));
  return open && $("aside-close").focus();
}

// ------------------------------------------------------------------ hands on the page

const onClick = {
  help: helpNow, "door-help": helpNow, exit: quickExit, "threshold-back": toRooms, "room-back": toRooms, "people-toggle": toggleAside,
  "aside-close": () => (closeAside(), $("people-toggle").focus()), "leave-room": leaveRoom, newer: toBottom, earlier: showEarlier,
  "end-visit": () => (forget(), location.reload()), "stopped-again": () => location.reload(),
};
for (const [id, does] of Object.entries(onClick)) $(id).addEventListener("click", () => does());

$("visit").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  $("band-problem").hidden = Boolean(form.get("band"));
  if (!form.get("band")) return event.target.querySelector("[name=band]").focus();
  visit = {band: form.get("band"), name: String(form.get("name") ?? "").trim() || undefined};
  $("visit-problem").hidden = true;
  return line.start();
});
$("join").addEventListener("submit", (event) => (event.preventDefault(), sitDown()));
$("skip").addEventListener("click", (event) => (event.preventDefault(), (shown.view === "room" ? $("words") : $("main")).focus()));
$("messages").addEventListener("keydown", arrows);
$("scroller").addEventListener("scroll", () => {
  if (atBottom()) $("newer").hidden = true;
  if ($("scroller").scrollTop < 60 && shown.room?.more && !$("earlier").hidden) showEarlier();
}, {passive: true});
addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && !event.repeat && escape());
addEventListener("online", () => line.nudge());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && line.nudge());
addEventListener("pageshow", (event) => event.persisted && location.reload()); // never an old picture of a conversation

setInterval(() => document.visibilityState === "visible" && line.state === "ready" && refreshRooms(), ROOMS_AGAIN_MS);
document.body.dataset.line = "idle";
if (visit?.token) line.start();
