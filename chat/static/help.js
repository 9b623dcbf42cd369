/* Help, always one tap away, with or without a server (F44, F45).

   The lines for this country, language and band are fetched once the page stands, and kept in memory and in a cache of
   the browser, so the card opens at once with server, engine and filter down, and after a reload without a network. The
   server is asked as well, for the one thing only it knows: whether a person is here now. What is in the way is answered
   here first; only "a person here" needs the server, and where it cannot be asked the card says so. */

import {drawCard, offlineCard} from "./card.js";
import {$, button, h} from "./dom.js";
import {announce, banner} from "./frame.js";
import {ask, country, hear, visit} from "./live.js";
import {go, here} from "./router.js";
import {isGone, kept, LINES, settings} from "./store.js";
import {spoken, t} from "./words.js";

const PUT_AWAY_LIMIT = 50;
const state = {told: null, card: null, shown: null, back: null, room: null, band: null};

const address = () => `/help/${country() ?? "any"}-${spoken()}-${visit.now?.band ?? state.band ?? "adult"}.json`;

/** Have the lines at hand; again when country, language or band change. */
export async function keepLines() {
  const where = address();
  try {
    const answer = await fetch(where);
    if (!answer.ok) throw new TypeError("no lines");
    const copy = answer.clone();
    state.told = await answer.json();
    if (!isGone() && globalThis.caches) (await caches.open(LINES)).put(where, copy);
  } catch {
    const stored = await globalThis.caches?.match(where, {ignoreVary: true}).catch(() => null);
    if (stored) state.told = await stored.json();
  }
  dispatchEvent(new Event("warmline-lines"));
  return state.told;
}

/** Before somebody has come in: the lines for the age they chose. */
export function linesFor(band) {
  state.band = band;
  return keepLines();
}

/** The lines as they are kept here, or null. */
export const told = () => state.told;

/** What the page can say when it has no lines at all. */
const bare = () => ({id: "help", title: t("card.title_help"), says: t("card.bare"), emergency: {dial: []}, lines: [{name: t("card.emergency_eu"), method: "phone", dial: "112"}, {name: t("card.emergency_us"), method: "phone", dial: "911"}, {name: t("card.emergency_gb"), method: "phone", dial: "999"}].map((line) => ({...line, open: true, languages: []})), dismiss: t("card.close")});

/** "Help now": the card at once, then what the server adds. */
export async function helpNow() {
  if (state.card) return state.card.querySelector("h2").focus();
  openHere({...(state.told ? offlineCard(state.told) : bare()), title: t("card.title_help")});
  const asked = await ask({type: "help", ...(state.room ? {room: state.room} : {})}, {keep: false});
  if (asked.type === "help" && state.shown?.id === "help") sayPerson(asked.card?.person?.says);
  return undefined;
}

/** The room a card would be about. */
export const helpFor = (room) => (state.room = room);

function openHere(card) {
  openCard(card, {focus: true, answer: answerHere});
}

async function answerHere(choice) {
  if (choice !== "person") {
    openHere({...(state.told ? offlineCard(state.told, {choice}) : bare()), title: t("card.title_help")});
    return;
  }
  const reply = await ask({type: "help", person: true}, {keep: false});
  sayPerson(reply.card?.person?.says ?? state.told?.says.away ?? t("card.away"), true);
}

function sayPerson(says, aloud) {
  const card = state.card;
  if (!card || !says) return;
  const line = card.querySelector(".person") ?? h("p", {class: "person", dir: "auto"});
  line.textContent = says;
  if (!line.isConnected) (card.querySelector(".question") ?? card.lastElementChild).before(line);
  if (aloud) announce(says);
}

/** Show a card: the server's, or one of our own. It takes the focus only where it was asked for. */
export function openCard(card, {focus = false, answer = (choice) => answerThere(card, choice)} = {}) {
  const own = card.id === "help";
  if (!focus && (kept.get("put_away") ?? []).includes(card.id)) return;
  if (!own) kept.set("card", card);
  const focused = state.card?.contains(document.activeElement);
  state.card?.remove();
  if (focus && !focused) state.back = document.activeElement;
  state.shown = card;
  state.card = drawCard(card, {dismiss: () => putAway(card), answer, own: own ? [more()] : []});
  place();
  if (settings.get("plan")) planFirst(state.card);
  if (focus || focused) state.card.querySelector("h2").focus();
  else announce(t("card.for_you", {words: [card.says].flat().join(" ")}));
}

/** Who has written a plan finds it first on the card (F43). */
async function planFirst(card) {
  const {ownPlan} = await import("./care.js");
  const plan = await ownPlan();
  if (plan && card.isConnected) card.querySelector(".private")?.after(plan);
}

function leaveFor(view) {
  putAway(state.shown);
  return go(view);
}

const more = () => h("p", {class: "verbs"}, button(t("card.calm"), () => leaveFor("care"), {kind: "quiet outlined"}), button(t("card.more"), () => leaveFor("lines"), {kind: "quiet outlined"}));

/** Where a card stands: beside the conversation where there is one, under the panel of being stayed with where that is
    open (it never covers it), else over the foot of the page. */
const besideTalk = () => (here() === "room" ? $("beside") : here() === "session" && !$("pair-card")?.closest(".empty") ? $("pair-card") : null);
const belowHolding = () => document.querySelector("section.on .holding:not([hidden]) + .held-card");

export function place() {
  const where = besideTalk() ?? belowHolding() ?? $("help-panel");
  if (state.card && state.card.parentNode !== where) where.prepend(state.card);
}

function putAway(card) {
  const focused = state.card?.contains(document.activeElement);
  state.card?.remove();
  state.card = state.shown = null;
  if (card.id !== "help") kept.set("put_away", [...(kept.get("put_away") ?? []), card.id].slice(-PUT_AWAY_LIMIT));
  const to = state.back?.isConnected ? state.back : ($("words") ?? $("main"));
  if (focused) to.focus();
  state.back = null;
}

async function answerThere(card, choice) {
  const reply = await ask({type: "care_answer", care: card.id, choice}, {keep: false});
  if (reply.card) openCard(reply.card, {focus: true});
  else if (state.told && choice !== "person") openHere({...offlineCard(state.told, {choice}), title: t("card.title")});
  else if (choice === "person") sayPerson(state.told?.says.away ?? t("card.away"), true);
  else banner(reply.says, "notice");
}

hear("care", (event) => openCard(event.card ?? event));
