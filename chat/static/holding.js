/* Being stayed with, as the person sees it: who is there, may somebody join, the way to a line, and three ways out.

     true words (the server's) · who is here · may they join? · a line, together · still here · I'm OK · leave

   Everything is a tap, no words are needed, nothing hurries. The way to a line is a state of the server's (`line`):
   none, offered, dialling, not_reached, declined, confirmed; whoever loads the page again finds it where it was. Numbers
   are used exactly as the card has them. Opening a line only tells the telephone: the page and the room stay. */

import {button, left, newId, says} from "./boxes.js";
import {h, icon} from "./dom.js";
import {announce} from "./frame.js";
import {ask} from "./live.js";
import {held, pair} from "./pair.js";
import {act, letGo} from "./pair-acts.js";
import {kept} from "./store.js";
import {tomorrow} from "./tomorrow.js";
import {learn, t, when} from "./words.js";
import {words as lists} from "./words-lists.js";
import {words} from "./words-stay.js";

learn(lists);
learn(words);

const dialable = (value) => String(value ?? "").replace(/[^\d+*#]/g, "");
// What only this page knows: the line that is being tried, the next ones, how it ended.
const local = {room: null, line: null, next: null, looked: false, sure: false, end: null, ...kept.get("stay")};
const keep = () => kept.set("stay", {room: local.room, line: local.line, next: local.next, end: local.end});

/** How a line is reached: a link with the exact string, and the words on it. */
function reach(line) {
  if (line.dial) return {href: `tel:${dialable(line.dial)}`, words: t("stay.call", {number: line.dial}), mark: "call"};
  if (line.to) {
    const word = line.keyword && line.keyword !== "any word" ? line.keyword : "";
    return {href: `sms:${dialable(line.to)}${word ? `?body=${encodeURIComponent(word)}` : ""}`, words: word ? t("stay.text-word", {word, number: line.to}) : t("stay.text", {number: line.to}), mark: "text"};
  }
  return String(line.url ?? "").startsWith("https:") ? {href: line.url, words: t("stay.page-of"), mark: "web", outside: true} : null;
}

function link(line, more = {}) {
  const way = reach(line);
  return way ? h("a", {class: "reach", href: way.href, ...(way.outside ? {target: "_blank", rel: "noopener noreferrer"} : {}), ...more}, icon(way.mark), h("span", {dir: "auto"}, way.words)) : null;
}

/** The lines there are: of the last card, or asked for now. */
async function findLines(redraw) {
  const reply = await ask({type: "help"}, {keep: false});
  if (reply.card?.lines) pair.lines ??= reply.card;
  redraw();
}

async function dial(step, room, more = {}) {
  const reply = await act("handover", room, {step, ...more});
  if (reply.type !== "handover") return reply;
  if (reply.next) local.next = reply.next;
  if (step === "confirmed") local.end = {how: "confirmed", until: reply.until, room};
  keep();
  return reply;
}

function lineChoice(hold, lines, redraw, {also = []} = {}) {
  const going = async (line) => {
    local.line = line.name;
    keep();
    const reply = await dial("dialling", hold.room, {line: line.name});
    if (reply.type === "handover") Object.assign(held() ?? {}, {line: reply.step});
    redraw();
  };
  return h("ul", {class: "line-choice", role: "list"}, ...lines.map((line) => h("li", {},
    h("p", {}, h("strong", {dir: "auto", lang: line.lang}, line.name ?? ""), line.open ? h("span", {class: "hint"}, " ", t("stay.open-now")) : null),
    line.note ? h("p", {class: "hint", dir: "auto"}, line.note) : null,
    h("div", {class: "verbs"}, link(line, {"aria-label": `${reach(line)?.words ?? ""}, ${line.name ?? ""}`}), button(t("stay.dialling"), () => going(line), "quiet outlined", {"aria-label": t("stay.dialling-of", {name: line.name ?? ""})})))), ...also);
}

const WAYS = {
  emergency: () => (pair.lines?.emergency?.dial ?? []).map((number) => h("a", {class: "reach", href: `tel:${dialable(number)}`}, icon("call"), h("span", {}, `${t("stay.emergency")}: `, h("bdi", {}, number)))),
  directory: () => (pair.lines?.directory ?? []).filter((one) => String(one.url).startsWith("https:")).map((one) => h("a", {class: "reach", href: one.url, target: "_blank", rel: "noopener noreferrer"}, icon("web"), h("span", {}, `${t("stay.directory")}: `, h("bdi", {}, one.name)))),
};

/** The way to a line, in the state in which it is. */
function handover(hold, redraw) {
  const step = hold.line ?? "none";
  const lines = (step === "not_reached" && local.next ? local.next.filter((one) => one.name) : pair.lines?.lines) ?? [];
  const again = async (kind) => {
    await dial(kind, hold.room);
    redraw();
  };
  const heading = h("h3", {tabindex: "-1"}, t("stay.line"));
  if (step === "dialling") {
    return h("div", {class: "handover"}, heading, local.line ? h("p", {}, t("stay.opening-with"), h("bdi", {}, local.line), ".") : null, h("p", {}, t("stay.opening")),
      h("div", {class: "verbs"}, button(t("stay.answered"), () => confirm(hold.room, redraw), "main"), button(t("stay.unanswered"), () => again("not_reached")), button(t("stay.not-now"), () => again("decline"), "quiet")));
  }
  if (step === "offered" || step === "not_reached") {
    if (!lines.length && !local.looked) (local.looked = true, findLines(redraw));
    const ways = step === "not_reached" ? [...WAYS.emergency(), ...WAYS.directory()] : [];
    return h("div", {class: "handover"}, heading, h("p", {}, t(step === "not_reached" ? "stay.next" : "stay.choose-line")), h("p", {class: "hint"}, t("stay.line-hint")),
      lineChoice(hold, lines, redraw), ways.length ? h("div", {class: "verbs"}, ...ways) : null,
      h("div", {class: "verbs"}, button(t(step === "not_reached" ? "stay.stay-here" : "stay.not-now"), () => again("decline"), "quiet outlined")));
  }
  return h("div", {class: "handover"}, step === "declined" ? h("p", {class: "hint"}, t("stay.declined")) : null, button(t("stay.show-lines"), () => again("accept")));
}

async function confirm(room, redraw) {
  kept.set("stay", {...kept.get("stay"), end: {how: "confirmed", room}}); // a page that is loaded before the answer knows it too
  const reply = await dial("confirmed", room);
  if (reply.type === "handover") letGo(room);
  else keep();
  redraw();
}

/** May somebody of the team join? The answer can be changed at any time. */
function consent(hold, listener, redraw) {
  const asked = ["asked", "still_looking", "nobody_free", "at_the_door"].includes(hold.code) || (hold.joins && hold.joins !== "unsaid");
  const here = (hold.who ?? []).some((one) => one.role !== "listener");
  if (!asked || here) return null;
  const id = newId("join");
  const choices = [["yes", "stay.yes"], ["not_yet", "stay.not-yet"], ...(listener ? [["only_listener", "stay.only"]] : [])];
  const say = async (choice) => {
    const reply = await act("join_ok", hold.room, {choice});
    if (reply.type === "joined_ok") Object.assign(held() ?? {}, {joins: choice});
    redraw();
  };
  return h("div", {role: "group", "aria-labelledby": id, class: "consent"}, h("p", {id, class: "asked"}, t("stay.join")),
    h("div", {class: "verbs"}, ...choices.map(([choice, words]) => button(t(words), () => say(choice), hold.code === "at_the_door" && choice === "yes" && hold.joins !== "yes" ? "main" : "quiet outlined", {"aria-pressed": String(hold.joins === choice)}))));
}

function who(hold) {
  const there = hold.who ?? [];
  if (!there.length) return null;
  return h("p", {class: "who"}, t("stay.with"), " ", ...there.flatMap((one, at) => [at ? ", " : "", one.name ? h("bdi", {}, one.name) : "", one.name ? " (" : "", t(`role.${one.role}`), one.name ? ")" : ""]));
}

function ways(hold, redraw) {
  const ok = async () => {
    const reply = await act("settle", hold.room, {seen: hold.cursor?.() ?? ""});
    if (reply.type !== "settled") return;
    if (reply.state === "waiting") announce(t("stay.ok-waits"));
    else end("left", hold.room, redraw);
  };
  const leave = async () => {
    const reply = await act("close", hold.room);
    if (reply.type === "closed") end("left", hold.room, redraw);
  };
  const still = async () => {
    const reply = await act("still", hold.room);
    if (reply.type === "still") announce(t("stay.still-said"));
  };
  const sure = (value) => ((local.sure = value), redraw(value ? ".sure button" : ".ways button"));
  if (local.sure) return h("div", {class: "sure stack"}, h("p", {}, t("stay.leave-sure")), h("div", {class: "verbs"}, button(t("stay.leave-no"), () => sure(false)), button(t("stay.leave-yes"), leave)));
  return h("div", {class: "verbs ways"}, button(t("stay.still"), still, hold.code === "still_there" ? "main" : "quiet outlined"), button(t("stay.ok"), ok), button(t("stay.leave"), () => sure(true), "quiet"));
}

function end(how, room, redraw) {
  local.end = {how, room};
  local.sure = false;
  keep();
  letGo(room);
  announce(t("stay.left"));
  redraw();
}

function over(redraw) {
  const {how, until, room} = local.end;
  if (how === "left") return [h("p", {}, t("stay.left")), tomorrow()];
  const undo = async () => {
    const reply = await act("undo", room);
    if (reply.type === "undone") (forgetEnd(), redraw());
  };
  const hint = until ? h("p", {class: "hint"}, t("stay.undo-until", {time: when(until)})) : null;
  return [h("p", {}, t("stay.confirmed")), ...(isPast(local.end) ? [] : [hint, h("div", {class: "verbs"}, button(t("stay.undo"), undo))]), tomorrow()];
}

/** Draw into `host`. `hold`: what held() gives, or null; `listener`: whether one is in the room; `cursor()`: read up to. */
export function drawHolding(host, {hold, listener = false, cursor}) {
  const redraw = (focus) => {
    drawHolding(host, {hold: held(), listener, cursor});
    if (typeof focus === "string") host.querySelector(focus)?.focus();
  };
  if (hold && local.room !== hold.room) (Object.assign(local, {room: hold.room, line: null, next: null, sure: false}), keep());
  if ((hold && local.end) || isPast(local.end)) forgetEnd();
  host.hidden = !hold && !local.end;
  if (host.hidden) return host.replaceChildren();
  const focused = host.contains(document.activeElement) ? document.activeElement.textContent : null;
  const title = host.dataset.heading ?? newId("stay");
  host.dataset.heading = title;
  host.setAttribute("aria-labelledby", title);
  const inside = hold
    ? [says(hold.says), who(hold), consent(hold, listener, redraw), handover(hold, redraw), ways({...hold, cursor}, redraw)]
    : over(redraw);
  host.replaceChildren(h("h2", {id: title, tabindex: "-1"}, t(hold ? "stay.title" : `stay.title-${local.end.how}`)), ...inside.filter(Boolean));
  const step = hold ? `${hold.room}/${hold.line}` : "";
  const moved = step !== local.step && host.querySelector(".handover h3");
  local.step = step;
  if (focused) ([...host.querySelectorAll("button, a, h2, h3")].find((one) => one.textContent === focused) ?? (moved || host.querySelector("h2"))).focus();
  if (moved) moved.parentElement.scrollIntoView({block: "nearest"}); // the step they are at, where the panel is small
  return undefined;
}

export const ended = () => local.end;

const isPast = (end) => end?.until && !left(end.until);

/** What has ended need not be said for ever: not in another view, and not when it can't be taken back any more. */
export function forgetEnd() {
  local.end = null;
  keep();
}
