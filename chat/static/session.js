/* A conversation of two: its head, the moments above the words (moments.js), the words (conversation.js), the ways out
   (parting.js); for a listener a companion beside it (companion.js), for who is held the panel of holding.js.

   One page for the seeker, the listener and who of the team is there: what each may do differs, what they see of each
   other does not. The words are never redrawn by what happens around them, and keep the focus. */

import {button, panel} from "./boxes.js";
import {makeCompanion} from "./companion.js";
import {conversation, hide, show as showWords} from "./conversation.js";
import {h, icon} from "./dom.js";
import {helpFor, place} from "./help.js";
import {drawHolding, ended, forgetEnd} from "./holding.js";
import {rooms} from "./live.js";
import {drawMoments} from "./moments.js";
import {forgetAfter, held, live, own, pair, watch} from "./pair.js";
import {act} from "./pair-acts.js";
import {afterwards, givingOn, leaving} from "./parting.js";
import {go} from "./router.js";
import {looking} from "./standing.js";
import {kept} from "./store.js";
import {learn, t} from "./words.js";
import {words as lists} from "./words-lists.js";
import {words} from "./words-session.js";

learn(lists);
learn(words);

const SEEKER = new Set(["peer", "seeker"]);

let host;
let companion;
let shown = null; // room

const $ = (name) => host.querySelector(`.${name}`);
const one = () => pair.sessions.get(shown) ?? null;
const cursor = () => rooms.get(shown)?.cursor ?? "";

// ------------------------------------------------------------------ the head

function name(seat) {
  if (seat.role === "guest") return [t("session.beside"), ...(seat.who ?? []).filter((who) => SEEKER.has(who.role)).map((who) => h("bdi", {}, who.name ?? ""))];
  return seat.with ? [t("session.with"), h("bdi", {}, seat.with.name)] : [t("session.team")];
}

function who(seat) {
  const there = seat.who ?? [];
  if (seat.closed || seat.state === "connecting" || (seat.hold && seat.role === "seeker")) return []; // the panel below says it
  if (!there.length) return [t("session.alone")];
  return [t("session.here"), " ", ...there.flatMap((each, at) => [at ? ", " : "", h("bdi", {}, each.name ?? ""), SEEKER.has(each.role) ? "" : ` (${t(`role.${each.role}`)})`])];
}

function head(seat) {
  $("pair-name").replaceChildren(...name(seat));
  const words = t(`state.${seat.closed ? "ended" : seat.state}`);
  const quiet = seat.state === "paused" && !seat.closed && !seat.notes.still; // the server knows why, and that is said as it stands
  $("pair-state").replaceChildren(seat.state === "active" ? "" : quiet && seat.says ? h("bdi", {}, seat.says) : words, seat.state === "active" ? "" : " ", ...who(seat));
  verbs(seat);
}

function verbs(seat) {
  const mark = JSON.stringify([seat.room, seat.role, seat.state, Boolean(seat.closed), Boolean(seat.hold)]);
  const place = $("pair-verbs");
  if (place.dataset.mark === mark) return;
  place.dataset.mark = mark;
  const focused = place.contains(document.activeElement);
  const close = async () => {
    const reply = await act("close", seat.room, {why: "done"});
    if (reply.type === "closed") {
      seat.mine = true;
      kept.set("pair.mine", seat.room);
    }
    draw();
  };
  const list = seat.closed ? [] : [
    seat.role !== "guest" && !seat.hold && seat.state !== "closing" && seat.state !== "stay" ? button(t("session.end"), close) : null,
    seat.role === "guest" ? null : button(t("session.more"), () => aside(leaving), "quiet", {"aria-expanded": "false", class: "quiet more-ways"}),
  ].filter(Boolean);
  place.replaceChildren(...list);
  if (focused) $("pair-name").focus();
}

/** Another conversation of one's own: the next listener who has said yes, or a second person one listens to. */
function other(seat) {
  const next = live().find((each) => each.room !== seat.room && each.role === seat.role);
  const place = $("pair-other");
  place.hidden = !next;
  if (!next || place.dataset.room === next.room) return;
  place.dataset.room = next.room;
  const words = seat.role === "seeker" ? t("give.taken") : t("session.other-sessions");
  place.replaceChildren(h("p", {}, words, " ", h("bdi", {}, next.with?.name ?? "")), button(t("give.go"), () => choose(next.room)));
}

/** Open one panel of the ways out, or put it away. */
function aside(make) {
  const place = $("pair-aside");
  const open = place.dataset.open !== make.name;
  place.dataset.open = open ? make.name : "";
  $("more-ways")?.setAttribute("aria-expanded", String(open && make === leaving));
  place.replaceChildren(...(open ? [make(one(), () => aside(make))] : []));
  if (open) place.querySelector("h2").focus();
  else toWords();
}

const toWords = () => (host.querySelector(".pair-talk textarea") ?? $("pair-name")).focus();

// ------------------------------------------------------------------ all of it

function draw() {
  const seat = one();
  const came = seat && host.classList.contains("empty") && [document.body, $("pair-none").querySelector("h2")].includes(document.activeElement);
  host.classList.toggle("empty", !seat);
  $("pair-none").hidden = Boolean(seat);
  place();
  if (!seat) return;
  if (came) $("pair-name").focus();
  head(seat);
  other(seat);
  drawMoments($("pair-moments"), seat, (answered) => (draw(), answered && toWords()));
  drawHolding($("holding"), {hold: seat.hold ? held() : null, listener: Boolean(seat.with) && (seat.who ?? []).some((each) => each.role === "listener"), cursor});
  companion.draw(seat);
  host.classList.toggle("ended", Boolean(seat.closed));
  if (seat.closed && !$("pair-after").childElementCount) {
    $("pair-aside").replaceChildren();
    $("pair-after").replaceChildren(afterwards(seat));
  }
}

function choose(room) {
  shown = room;
  helpFor(room);
  for (const name of ["pair-moments", "pair-aside", "pair-after"]) $(name).replaceChildren();
  $("pair-other").dataset.room = "";
  $("pair-verbs").dataset.mark = "";
  show();
  draw();
}

/** The words of this conversation, once its room is open. */
function show() {
  const room = shown && rooms.get(shown);
  if (!room?.cursor) return;
  $("pair-talk").append(conversation());
  showWords(room);
}

watch((what, detail) => {
  if (pair.at !== "session" || !host) return;
  if (what === "opened" && !one()) choose(detail.room);
  else if (what === "opened" && detail.role === "seeker" && detail.room !== shown && one()?.closed) choose(detail.room);
  if (what === "closed" && detail.room === shown && detail.role === "seeker" && own()) return choose(own().room);
  if (what === "entered" && detail.room === shown) show();
  if (what === "waiting" && pair.waiting && one()?.closed && one().role === "seeker") return void go("ask");
  if (what === "closed" && detail.room === shown && host.contains(document.activeElement)) setTimeout(() => host.querySelector(".pair-after h2")?.focus());
  if (what !== "written") draw();
});

export const view = {
  make() {
    const none = panel("pair-none", t("session.none"), h("p", {}, t("session.none-hint")), h("div", {class: "verbs"}, button(t("session.ask"), () => go("ask"), "main"), button(t("session.rooms"), () => go("rooms"))));
    const words = h("div", {class: "pair-talk"});
    companion = makeCompanion({step: (type, more) => act(type, shown, more), cursor, handOn: () => aside(givingOn)});
    host = h("div", {class: "pair"},
      h("header", {class: "pair-head"}, h("button", {type: "button", class: "quiet back", "aria-label": t("word.all_rooms"), onclick: () => go("rooms")}, icon("back")), h("div", {class: "pair-who"}, h("h1", {id: "session-title", class: "pair-name"}, t("session.title")), h("p", {class: "pair-state hint"})), h("div", {class: "verbs pair-verbs", role: "group", "aria-label": t("session.verbs")})),
      none,
      h("div", {class: "pair-beside"}, h("div", {class: "row pair-other", hidden: true}), h("div", {class: "pair-after"}), h("section", {class: "sheet holding", hidden: true}), h("div", {id: "pair-card"}), h("div", {class: "pair-moments"}), companion.element, h("div", {class: "pair-aside"})),
      words);
    return host;
  },
  enter({room} = {}) {
    looking("session");
    const wanted = room ?? (one() && !one().closed ? shown : null) ?? live()[0]?.room ?? shown ?? [...pair.sessions.keys()].at(-1) ?? null;
    if (wanted !== shown || !$("pair-verbs").dataset.mark) choose(wanted);
    else (show(), draw());
    helpFor(shown);
    return one() ? undefined : $("pair-none").querySelector("h2"); // the name cannot have the focus before it is there
  },
  leave() {
    looking(null);
    hide();
    helpFor(null);
    if (one()?.closed) forgetAfter();
    if (ended()?.how === "left") forgetEnd();
    queueMicrotask(place);
  },
  title: "session.title",
  needs: "visit",
  wide: true,
};
