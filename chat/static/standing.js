/* A line at the top of every page: what is open for this person while they look at something else. One at a time, the
   most urgent first; it takes no focus, and what it says was announced by pair.js already or is announced here once. */

import {h} from "./dom.js";
import {announce} from "./frame.js";
import {held, live, pair, watch} from "./pair.js";
import {go} from "./router.js";
import {learn, t} from "./words.js";
import {words} from "./words-pair.js";

learn(words);

const bar = h("section", {id: "standing", class: "standing", hidden: true});
let shown = "";

/** What to say, and where it leads: the first that is open and not looked at. */
function first() {
  const team = [...pair.pages.values()].filter((page) => !page.taken);
  const seat = live()[0];
  return [
    team.length && pair.at !== "respond" && pair.at !== "session" && {words: t("open.alerted", {n: team.length}), view: "respond", aloud: true},
    held() && !live().length && !["stay", "ask"].includes(pair.at) && {words: t("open.stay"), view: "stay"},
    seat && pair.at !== "session" && {words: t(seat.role === "seeker" ? "open.session" : "open.listening"), view: "session", params: {room: seat.room}},
    pair.offers.size && pair.at !== "listen" && {words: t("open.offered"), view: "listen", aloud: true},
    pair.waiting && pair.at !== "ask" && {words: t("open.waiting", {n: pair.waiting.place}), view: "ask"},
  ].find(Boolean);
}

function draw() {
  const open = first();
  const said = open ? `${open.view}/${open.words}` : "";
  if (said === shown) return;
  shown = said;
  bar.hidden = !open;
  if (!open) return;
  bar.setAttribute("aria-label", t("open.label"));
  bar.replaceChildren(h("p", {}, open.words), h("button", {type: "button", class: "quiet outlined", onclick: () => go(open.view, open.params)}, t("open.go")));
  if (open.aloud) announce(open.words);
}

/** Say which of our views is looked at; null when none is. */
export function looking(view) {
  pair.at = view;
  setTimeout(draw);
}

document.querySelector("main").before(bar);
watch(() => setTimeout(draw));
