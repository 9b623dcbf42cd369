/* For who goes to people who may be in danger: who waits, since when, and one button. No words and no names are here:
   they are read in the room, after the person was told that somebody comes. The most urgent first, then the longest. */

import {button, everySecond} from "./boxes.js";
import {h} from "./dom.js";
import {announce} from "./frame.js";
import {live, pair, watch} from "./pair.js";
import {standDown, take} from "./pair-acts.js";
import {go} from "./router.js";
import {looking} from "./standing.js";
import {learn, span, t} from "./words.js";
import {words as lists} from "./words-lists.js";
import {words} from "./words-respond.js";

learn(lists);
learn(words);

const BANDS = ["imminent", "high", "concern"];
const PLACES = ["session", "waiting", "inbox", "stay"];

let host;
let parts;

const order = (a, b) => BANDS.indexOf(a.band) - BANDS.indexOf(b.band) || new Date(a.since) - new Date(b.since);

/** Where they are: a room by its name, a conversation only as such. */
function where(room = "") {
  const place = room.startsWith("session:") ? "session" : PLACES.includes(room) ? room : "";
  return [t("respond.where"), " ", place ? t(`place.${place}`) : h("bdi", {}, room)];
}

function page(one) {
  const clock = h("span", {class: "clock"});
  const row = h("li", {class: `sheet call ${one.band}`, "data-case": one.case, "data-mark": mark(one)},
    h("h3", {tabindex: "-1"}, t(`band.${BANDS.includes(one.band) ? one.band : "high"}`)),
    h("p", {}, one.kind ? `${t("respond.about", {kind: t(`kind.${one.kind}`)})} · ` : "", ...where(one.room)),
    h("p", {class: "hint"}, clock, one.step ? ` · ${t(`step.${one.step}`)}` : ""),
    one.taken ? h("p", {}, t(one.taken === "waits" ? "respond.asked" : "respond.coming")) : null,
    h("div", {class: "verbs"}, ...(one.taken
      ? [button(t("respond.down"), () => down(one, "relieved"))]
      : [button(t("respond.take"), () => goTo(one), "main"), button(t("respond.not-needed"), () => down(one, "not_needed"), "quiet")])));
  setTimeout(() => everySecond(clock, () => (clock.textContent = t("respond.waits", {time: span(Math.max(1, Math.round((Date.now() - new Date(one.since)) / 1000)))}))));
  return row;
}

async function goTo(one) {
  const reply = await take(one.case);
  announce(reply.type === "taken" ? t(reply.waits ? "respond.asked" : "respond.coming") : reply.code === "not_found" ? t("respond.gone") : (reply.says ?? ""));
  (parts.list.querySelector(`[data-case="${CSS.escape(one.case)}"] h3`) ?? host.querySelector("h1")).focus();
}

async function down(one, why) {
  const reply = await standDown(one.case, why);
  if (reply.type === "refused") announce(reply.says ?? "");
  host.querySelector("h1").focus();
}

const mark = (one) => [one.band, one.step, one.taken, one.room].join("/");

function draw() {
  const calls = [...pair.pages.values()].filter((one) => !pair.sessions.get(one.at)?.entered).sort(order);
  const old = new Map([...parts.list.children].map((row) => [row.dataset.case, row]));
  const rows = calls.map((one) => (old.get(one.case)?.dataset.mark === mark(one) ? old.get(one.case) : page(one)));
  if (rows.length !== old.size || rows.some((row, at) => parts.list.children[at] !== row)) {
    const focused = document.activeElement?.closest?.("[data-case]")?.dataset.case;
    parts.list.replaceChildren(...rows);
    if (focused) (parts.list.querySelector(`[data-case="${CSS.escape(focused)}"] button`) ?? host.querySelector("h1")).focus();
  }
  parts.none.hidden = Boolean(rows.length);
  const mine = live().filter((one) => one.role === "guest");
  parts.mine.hidden = !mine.length;
  parts.mine.replaceChildren(h("h2", {}, t("respond.mine")), ...mine.map((one) => h("p", {class: "row"}, ...(one.who ?? []).filter((who) => ["peer", "seeker"].includes(who.role)).map((who) => h("bdi", {}, who.name ?? "")), button(t("respond.open"), () => go("session", {room: one.room}), "main"))));
}

watch((what, detail) => {
  if (pair.at !== "respond") return;
  draw();
  if (what === "entered" && detail.role === "guest") go("session", {room: detail.room});
  if (what === "pages" && detail) announce(`${t(`band.${detail.band}`)}. ${detail.kind ? t("respond.about", {kind: t(`kind.${detail.kind}`)}) : ""}`);
});

export const view = {
  make() {
    parts = {list: h("ul", {class: "stack calls", role: "list", "aria-label": t("respond.list")}), none: h("p", {class: "sheet"}, t("respond.none")), mine: h("div", {class: "sheet", hidden: true})};
    host = h("div", {class: "pair-view"}, h("h1", {id: "respond-title"}, t("respond.title")), h("p", {class: "lead"}, t("respond.lead")), parts.mine, h("h2", {class: "unseen"}, t("respond.list")), parts.list, parts.none);
    return host;
  },
  enter() {
    looking("respond");
    draw();
  },
  leave() {
    looking(null);
  },
  title: "respond.title",
  home: true,
  needs: "visit",
};
