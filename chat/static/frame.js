/* The frame around every view: the bar on top, what is said to everybody, and the way out.

   Leaving quickly is one press, or Escape twice: nothing stays, the page is replaced at once and in its own place of the
   history, so that Back does not lead here. Whoever must hear of it first (the line, the vault) says so with `atExit`. */

import {$, button, h, icon} from "./dom.js";
import {forgetAll, settings} from "./store.js";
import {t} from "./words.js";

const ANNOUNCED_LIMIT = 30;
const TWICE_MS = 1_200; // two presses of Escape this close leave the page
const SHOWN_MS = {back: 4_000, notice: 9_000};

const leaving = [];
const escaped = [];
const times = {banner: 0, escape: 0};
const tabs = globalThis.BroadcastChannel ? new BroadcastChannel("warmline") : null;
tabs?.addEventListener("message", vanish);

export const atExit = (does) => leaving.push(does);
/** `does()` gives true when Escape closed something of its own. */
export const onEscape = (does) => escaped.push(does);

export function drawFrame({help}) {
  const hint = h("span", {id: "exit-hint", hidden: true}, t("frame.exit_hint"));
  $("top").replaceChildren(
    h("p", {class: "brand"}, icon("flame", "icon flame"), h("span", {translate: "no"}, "Warmline")),
    button(t("frame.help"), help, {kind: "quiet", pic: "help", id: "help"}),
    h("button", {type: "button", id: "exit", class: "quiet", "aria-describedby": "exit-hint", onclick: quickExit}, icon("leave"),
      h("span", {class: "wide-only"}, t("frame.leave_wide")), h("span", {class: "slim-only"}, t("frame.leave"))),
    hint);
  $("skip").textContent = t("frame.skip");
  $("announce").setAttribute("aria-label", t("frame.announce"));
}

export function dress() {
  const theme = settings.get("theme");
  document.documentElement.dataset.theme = theme ?? "";
  document.documentElement.dataset.text = settings.get("text") ?? "";
  document.documentElement.dataset.motion = settings.get("motion") ?? "";
}

/** Say something to people who listen to the page instead of looking at it; each thing once. */
export function announce(...lines) {
  const region = $("announce");
  region.append(...lines.map((words) => h("p", {dir: "auto"}, words)));
  while (region.childElementCount > ANNOUNCED_LIMIT) region.firstElementChild.remove();
}

/** One line under the bar. kind: "away", "engine" (both stay), "back", "notice" (both go by themselves), "" (none). */
export function banner(words, kind) {
  clearTimeout(times.banner);
  $("banner").textContent = words;
  document.body.dataset.banner = words ? kind : "";
  if (SHOWN_MS[kind]) times.banner = setTimeout(() => banner("", ""), SHOWN_MS[kind]);
}

/** Leave at once, and every other tab of this page in this browser with it: all of it is forgotten, so none may stay. */
export function quickExit() {
  tabs?.postMessage("exit");
  vanish();
}

function vanish() {
  document.documentElement.hidden = true;
  document.title = "";
  forgetAll();
  for (const does of leaving) does();
  location.replace(document.querySelector('meta[name="warmline-exit"]').content);
}

function escape() {
  if (Date.now() - times.escape < TWICE_MS) return quickExit();
  times.escape = Date.now();
  return escaped.some((does) => does());
}

addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && !event.repeat && escape());
addEventListener("pageshow", (event) => event.persisted && location.reload()); // never an old picture of a conversation
