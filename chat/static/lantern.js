/* The night lantern: who else is awake in this room, as a number, and a light that others may answer (F5).

       night, or a light that concerns me                  panel, when opened
       ┌──────────────────────────────────────────┐        ┌───────────────────────────────┐
       │ You’re one of 7 people awake here. [Light]│  ───▶  │ what it is · Light a lantern  │
       └──────────────────────────────────────────┘        │ ☐ Show me lights; I may answer│
         lit ▶ until when, who answered, other doors       └───────────────────────────────┘

   Lights and answers have no name, on purpose: nobody can find out who is alone at night, and nothing opens between two
   people. Whether one sees lights is a choice of this browser, off until it is made; the server knows it only for as
   long as the connection lasts, so it is asked anew with every welcome. What was pressed while we are cut off has not
   happened, and says so: a light that is lit by itself half an hour later would be a surprise. Nothing moves here. */

import {$, button, h, icon} from "./dom.js";
import {announce, banner} from "./frame.js";
import {helpNow} from "./help.js";
import {ask, hear, ready} from "./live.js";
import {isNight} from "./night.js";
import {go} from "./router.js";
import {kept, settings} from "./store.js";
import {learn, t, when} from "./words.js";
import {words} from "./words-lantern.js";

learn(words);

const BURNS_MS = 30 * 60_000; // the server's; a light that was lit in another tab is as old as its end says
const PATIENCE_MS = 5 * 60_000; // after this long without an answer other doors are named
const COUNT_AGAIN_MS = 60_000; // at most this often, however many come and go
const LATER_MS = 500; // after a moment, not a hair before it
const CUT_MS = 1_000; // a blink changes nothing here; after it nothing that is said about others is known to be so

const known = new Map(); // room → how many have answered my light there, as far as this page was told
const state = {room: null, host: null, told: null, open: false, answered: 0, gone: false, problem: "", unlit: false, cut: false, asked: 0, again: 0, timer: 0, drawn: ""};

const lit = () => (state.told?.lit ? state.told : null);
const burning = () => (state.cut ? 0 : Math.max(0, (state.told?.lights ?? 0) - state.answered));
const overdue = () => lit() && !state.cut && !burning() && !lit().answered && Date.now() >= new Date(lit().until) - BURNS_MS + PATIENCE_MS;
/** By night it is there; by day only while a light is mine, or burns for somebody who chose to see it. */
const wanted = () => state.told && (isNight() || lit() || state.gone || state.told.lights > 0);

const watching = () => settings.get("lights") === true;

/** Into `host`: the lantern of a room, and again whenever we were away. */
export function showLantern(room, host) {
  if (room !== state.room) Object.assign(state, {told: null, open: false, answered: 0, gone: false, unlit: false, problem: ""});
  Object.assign(state, {room, host, drawn: ""});
  draw();
  look();
}

export function hideLantern() {
  for (const timer of [state.timer, state.again]) clearTimeout(timer);
  Object.assign(state, {again: 0, room: null, host: null, told: null, drawn: ""});
}

/** Somebody came or went: the number may be another one, and is asked for once in a while. */
export function countAgain() {
  if (state.room && wanted()) state.again ||= setTimeout(look, Math.max(0, state.asked + COUNT_AGAIN_MS - Date.now()));
}

const look = () => step({});

/** Ask the server for something of the lantern; gives whether it happened. */
async function step(wish) {
  const {room} = state;
  clearTimeout(state.again);
  Object.assign(state, {asked: Date.now(), again: 0});
  const reply = await ask({type: "lantern", room: room.name, watching: watching(), ...wish}, {keep: false});
  if (room !== state.room) return false;
  const done = reply.type === "lantern_is";
  state.problem = done || !Object.keys(wish).length ? "" : reply.local ? t("lantern.away") : (reply.says ?? t("lantern.away"));
  if (done) take(reply);
  else draw();
  return done;
}

/** What the server says is so. */
function take(told) {
  const before = lit();
  Object.assign(state, {told, cut: false});
  state.gone = !told.lit && (state.gone || Boolean(before)); // its time is over, or we were cut off for longer than a moment
  if (told.lit) kept.set("lit", told.until); // this tab is concerned by day as well (room.js)
  state.answered = Math.min(state.answered, told.lights ?? 0);
  if (isFirstAnswer(told)) announce(t("lantern.answered", {n: told.answered}));
  draw();
  watchTheClock();
}

/** Whether somebody has just looked up: that is told once for each light, and the next ones only stand there. */
function isFirstAnswer({room, lit: burns, answered}) {
  const before = known.get(room);
  known.set(room, answered);
  return burns && before === 0 && answered > 0;
}

hear("lantern", (event) => {
  if (event.room === state.room?.name) take(event);
  else if (isFirstAnswer(event)) banner(t("lantern.answered", {n: event.answered}), "notice"); // who looks at something else has waited for it
});

hear("state", (now) => {
  if (now !== "away") return;
  setTimeout(() => {
    state.cut = !ready();
    draw();
  }, CUT_MS);
});

/** Look again when something here changes by the clock alone: other doors, the end of the light. */
function watchTheClock() {
  clearTimeout(state.timer);
  if (!lit()) return;
  const ends = new Date(lit().until) - Date.now();
  const next = Math.min(...[ends - BURNS_MS + PATIENCE_MS, ends].filter((ms) => ms > 0));
  if (Number.isFinite(next)) state.timer = setTimeout(look, next + LATER_MS);
}

// ------------------------------------------------------------------ what is pressed

async function light(on) {
  const done = await step({lit: on});
  if (done) Object.assign(state, {open: false, gone: false, unlit: !on});
  draw();
  (done ? $("lantern-says") : $("lantern-problem"))?.focus();
}

async function answer() {
  const many = state.told.lights;
  if (await step({answering: true})) state.answered = many;
  draw();
  (state.problem ? $("lantern-problem") : $("lantern-says"))?.focus();
}

function watchOn(on) {
  settings.set("lights", on || null);
  look();
}

function toggle() {
  Object.assign(state, {open: !state.open, problem: "", unlit: false});
  draw();
}

// ------------------------------------------------------------------ what is seen

const until = () => t("lantern.until", {time: when(lit().until)});

/** Mine, if one burns; else what others' lights say; else who is awake. */
function says() {
  if (state.cut) return [t("lantern.cut")];
  const mine = lit();
  const others = state.told.lights ?? 0;
  if (mine && !mine.answered && burning()) return [t("lantern.both", {n: burning()})];
  return [
    mine?.answered ? t("lantern.answered", {n: mine.answered}) : overdue() ? t("lantern.nobody") : mine ? until() : null,
    burning() ? t("lantern.burns", {n: burning()}) : others ? t("lantern.seen") : null,
    state.unlit ? t("lantern.unlit") : null,
    mine || others ? null : state.gone ? t("lantern.gone") : state.told.awake ? t("lantern.awake", {n: state.told.awake}) : t("lantern.few"),
  ].filter(Boolean);
}

function line() {
  return h("div", {class: lit() || state.told.lights ? "lantern-line burns" : "lantern-line"}, icon("flame", lit() || state.told.lights ? "icon flame" : "icon"),
    h("div", {id: "lantern-says", tabindex: "-1"}, says().map((one) => h("p", {}, one))),
    burning() ? button(t("lantern.answer", {n: burning()}), answer, {kind: "quiet outlined", "data-act": "answer"}) : null,
    h("button", {type: "button", class: "quiet", "data-act": "open", "aria-expanded": String(state.open), "aria-controls": "lantern-panel", onclick: toggle},
      t(state.open ? "word.close" : lit() ? "lantern.mine" : state.told.lights ? "lantern.more" : "lantern.open")));
}

const doors = () => h("p", {class: "lantern-doors"}, button(t("doors.ask"), () => go("ask"), {kind: "inline", "data-act": "ask"}), button(t("frame.help"), helpNow, {kind: "inline", "data-act": "help"}));

function choice() {
  const box = h("input", {type: "checkbox", checked: watching(), "data-act": "watch", "aria-describedby": "lantern-hint", onchange: () => watchOn(box.checked)});
  return h("div", {}, h("label", {class: "tick"}, box, h("span", {}, t("lantern.watch"))), h("p", {class: "hint", id: "lantern-hint"}, t("lantern.watch_hint")));
}

function panel() {
  const words = lit() ? (says()[0] === until() ? null : until()) : t("lantern.says");
  return h("div", {id: "lantern-panel", hidden: !state.open},
    words ? h("p", {}, words) : null,
    h("div", {class: "verbs"}, lit() ? button(t("lantern.put_out"), () => light(false), {"data-act": "light"}) : button(t(state.gone ? "lantern.again" : "lantern.light"), () => light(true), {kind: burning() ? "quiet outlined" : "main", "data-act": "light"})),
    choice());
}

function draw() {
  const {host} = state;
  if (!host) return;
  host.hidden = !wanted();
  if (host.hidden) return void (state.drawn = "");
  const mark = JSON.stringify([says(), state.open, state.problem, watching(), Boolean(lit()), state.gone]);
  if (mark === state.drawn) return;
  state.drawn = mark;
  const focused = host.contains(document.activeElement) ? document.activeElement.dataset.act : null;
  const problem = state.problem ? h("p", {id: "lantern-problem", class: "problem", tabindex: "-1", dir: "auto"}, state.problem) : null;
  host.replaceChildren(...[line(), overdue() ? doors() : null, problem, panel()].filter(Boolean));
  if (focused) (host.querySelector(`[data-act="${focused}"]`) ?? $("lantern-says")).focus();
}
