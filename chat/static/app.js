/* The page: puts the frame, the views and the line together. What a visit needs stands in sessionStorage only (this tab,
   until it closes); nothing is ever put into an address. */

import {$} from "./dom.js";
import {atExit, banner, drawFrame, dress} from "./frame.js";
import {helpNow, keepLines, openCard} from "./help.js";
import {hear, line, rooms, visit, wake} from "./live.js";
import {build, go, here, know, load} from "./router.js";
import {isGone, kept, settings} from "./store.js";
import {refreshTopics} from "./topics.js";
import {RETURNS, VIEWS, WAKES} from "./views.js";
import {guess, learn, speak, t} from "./words.js";
import {words} from "./words-page.js";

const AWAY_SHOWN_MS = 700; // a blink needs no banner
const SHELL_AFTER_MS = 3_000;
const state = {away: 0, come: false, shell: false};
// Where this tab was when the page was loaded again.
const before = {view: kept.get("view"), room: kept.get("last")};

learn(words);
speak(settings.get("language") ?? guess());
dress();
drawFrame({help: helpNow});
know(VIEWS, {fallback: "door", allowed: (what) => what !== "visit" || Boolean(visit.now?.band)});
wake(WAKES, load);
atExit(() => {
  line.ask({type: "close", room: "stay", why: "exit"}, {keep: false}); // who is stayed with is away at once, and nothing ends
  line.stop();
});

hear("state", (now) => {
  clearTimeout(state.away);
  document.body.dataset.line = now;
  if (now === "away") state.away = setTimeout(() => banner(t("frame.away"), "away"), AWAY_SHOWN_MS);
  if (now === "away" && !here()) go("rooms", {}, {focus: false}); // something to stand on until we are back
  if (now !== "ready") return;
  if (document.body.dataset.banner === "away") banner(t("frame.back"), "back");
  refreshTopics();
});

hear("notice", ({code, says}) => {
  if (code === "engine_back") banner(says || t("frame.engine_back"), "back");
  else if (code === "engine_away") banner(says || t("frame.engine_away"), "engine");
  else if (says) banner(says, "notice");
});

hear("welcome", () => {
  if (!state.come) comeIn();
});

hear("stopped", (why) => {
  if (!["door", "staff"].includes(here()) || !why.refused) go("stopped", why); // these two say it beside their button
});

/** In from the door, or back after a reload: to the room one was in, else to the list. */
async function comeIn() {
  state.come = true;
  keepLines();
  keepShell();
  if (kept.get("told")) load("told"); // what the team said stays until it was read
  await refreshTopics();
  for (const [name, alias] of kept.get("rooms") ?? []) await rooms.join(name, {alias});
  if (["door", "rooms", null].includes(here())) await comeBack();
  const card = kept.get("card");
  if (card) openCard(card); // unless it was put away
}

/** To where one was, as far as it is still there. */
async function comeBack() {
  const last = [...rooms.rooms.values()].find(({name}) => name === before.room || name.startsWith(`${before.room}/`)); // a circle, too
  if (RETURNS.has(before.view)) await go(before.view, {}, {focus: false});
  else if (last) await go("room", {room: last.name}, {focus: false});
  else if (here() !== "rooms") await go("rooms");
}

function keepShell() {
  if (state.shell || isGone()) return;
  state.shell = true;
  if (!navigator.serviceWorker || !isSecureContext) return;
  const worker = globalThis.trustedTypes?.createPolicy("worker", {createScriptURL: () => "/sw.js"});
  navigator.serviceWorker.register(worker?.createScriptURL("") ?? "/sw.js").catch(() => {}); // help works without it, but not offline after a reload
}

addEventListener("warmline-language", () => drawFrame({help: helpNow}));
addEventListener("online", () => line.nudge());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && line.nudge());
$("skip").addEventListener("click", (event) => (event.preventDefault(), ((["room", "session"].includes(here()) && $("words")) || $("main")).focus()));

document.body.dataset.line = "idle";
if (visit.now?.token) line.start();
if (!visit.now?.token) go("door", {}, {focus: false});
else if (before.room || RETURNS.has(before.view)) build("rooms"); // until we know what is still there
else go("rooms", {}, {focus: false});
keepLines();
// Not while the page itself is still coming over a slow line.
addEventListener("load", () => setTimeout(keepShell, SHELL_AFTER_MS));
