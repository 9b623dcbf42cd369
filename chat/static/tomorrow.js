/* "Check on me tomorrow": one button, and the same button takes it back. What the server has noted is what stands here,
   on every device: `now` tells it to who returns. Nothing is sent anywhere; the question waits in the page (told.js). */

import {button} from "./boxes.js";
import {h} from "./dom.js";
import {announce} from "./frame.js";
import {ask, hear} from "./live.js";
import {newKey} from "./rooms.js";
import {dayOf, learn, t, when} from "./words.js";
import {words} from "./words-told.js";

learn(words);

const wish = {at: null};
const shown = new Set(); // draws of those that stand in the page

hear("welcome", () => (wish.at = null)); // `now`, which comes next, says so where it still holds
hear("now", (event) => {
  if (event.type !== "follow_up") return;
  wish.at = event.on ? (event.at ?? null) : null;
  drawAll();
});

function drawAll() {
  for (const [host, draw] of [...shown]) host.isConnected ? draw() : shown.delete(host);
}

/** The button and what stands beside it. */
export function tomorrow() {
  const host = h("div", {class: "tomorrow stack"});
  const problem = h("p", {class: "problem", role: "alert", hidden: true, dir: "auto"});
  const say = async (on) => {
    const reply = await ask({type: "follow_up", on, key: newKey()});
    problem.hidden = reply.type === "follow_up";
    problem.textContent = reply.says ?? "";
    if (reply.type !== "follow_up") return;
    wish.at = reply.on ? reply.at : null;
    announce(reply.on ? set() : t("tomorrow.undone"));
    drawAll();
    draw();
    host.querySelector("button").focus();
  };
  const set = () => t("tomorrow.set", {day: dayOf(wish.at), time: when(wish.at)});
  const draw = () => host.replaceChildren(...(wish.at
    ? [h("p", {}, set()), h("div", {class: "verbs"}, button(t("tomorrow.undo"), () => say(false), "quiet")), problem]
    : [h("div", {class: "verbs"}, button(t("tomorrow.ask"), () => say(true))), h("p", {class: "hint"}, t("tomorrow.hint")), problem]));
  draw();
  shown.add([host, draw]);
  return host;
}
