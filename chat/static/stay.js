/* Being stayed with where no conversation is open: the panel of holding.js on a page of its own, and the way back. */

import {button} from "./boxes.js";
import {h} from "./dom.js";
import {place} from "./help.js";
import {drawHolding, ended, forgetEnd} from "./holding.js";
import {held, own, pair, watch} from "./pair.js";
import {back, go} from "./router.js";
import {looking} from "./standing.js";
import {t} from "./words.js";

let host;

function draw() {
  const hold = held();
  drawHolding(host.querySelector(".holding"), {hold});
  host.querySelector(".none").hidden = Boolean(hold || ended());
  queueMicrotask(place);
}

watch((what, detail) => {
  if (pair.at !== "stay") return;
  if (what === "opened" && detail.role === "seeker") go("session", {room: detail.room});
  else draw();
});

export const view = {
  make() {
    host = h("div", {class: "pair-view"}, h("h1", {id: "stay-title"}, t("stay.page")), h("p", {class: "none lead"}, t("stay.none")),
      h("section", {class: "sheet holding", hidden: true}), h("div", {class: "held-card"}), h("div", {class: "verbs"}, button(t("stay.back"), () => back(), "quiet outlined")));
    return host;
  },
  enter() {
    looking("stay");
    const seat = own();
    if (seat) return void setTimeout(() => go("session", {room: seat.room}));
    return draw();
  },
  leave() {
    looking(null);
    queueMicrotask(place);
    if (ended()?.how === "left") forgetEnd();
  },
  title: "stay.page",
  needs: "visit",
};
