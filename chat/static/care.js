/* Your own corner: breathing, grounding, how one is, and the plan and notes that never leave this device. Works offline. */

import {makeBreathing, makeGrounding, stopBreathing} from "./calm.js";
import {button, h} from "./dom.js";
import {drawMood, makeMood} from "./mood.js";
import {drawPlan, makePlan, planShown} from "./plan.js";
import {back} from "./router.js";
import {learn, t} from "./words.js";
import {words} from "./words-care.js";

learn(words);

/** For the beginning of a card. */
export const ownPlan = planShown;

export const view = {
  title: "care.title",
  make: () => h("div", {class: "stack"},
    button(t("word.back"), () => back(), {kind: "quiet back", pic: "back"}),
    h("h1", {id: "care-title"}, t("care.title")), h("p", {class: "lead"}, t("care.lead")),
    h("div", {class: "two-up"},
      h("section", {class: "sheet", "aria-labelledby": "breath-title"}, h("h2", {id: "breath-title"}, t("calm.breath_title")), makeBreathing()),
      h("section", {class: "sheet", "aria-labelledby": "ground-title"}, h("h2", {id: "ground-title"}, t("calm.ground_title")), makeGrounding())),
    h("section", {class: "sheet", "aria-labelledby": "mood-title"}, h("h2", {id: "mood-title"}, t("mood.title")), makeMood()),
    h("section", {class: "sheet", "aria-labelledby": "plan-title"}, h("h2", {id: "plan-title"}, t("plan.title")), makePlan(drawMood))),
  enter: () => void Promise.all([drawPlan(), drawMood()]),
  leave: stopBreathing,
};
