/* Choices of this browser: language, country, how the page looks, and forgetting everything. */

import {button, h} from "./dom.js";
import {placeFields} from "./door.js";
import {dress, quickExit} from "./frame.js";
import {back} from "./router.js";
import {settings} from "./store.js";
import {learn, t} from "./words.js";
import {words} from "./words-settings.js";

learn(words);

const CHOICES = {theme: ["", "light", "dark"], text: ["", "large", "largest"], motion: ["", "less"]};

function choice(name) {
  const now = settings.get(name) ?? "";
  const pick = (value) => () => (settings.set(name, value || null), dress());
  return h("fieldset", {class: "field"}, h("legend", {}, t(`settings.${name}`)), h("div", {class: "choices"}, CHOICES[name].map((value) => h("label", {class: "choice"},
    h("input", {type: "radio", name, value, checked: value === now, onchange: pick(value)}), h("span", {}, t(`settings.${name}_${value || "auto"}`))))));
}

export const view = {
  title: "settings.title",
  make: () => h("div", {class: "stack"},
    button(t("word.back"), () => back(), {kind: "quiet back", pic: "back"}),
    h("h1", {id: "settings-title"}, t("settings.title")), h("p", {class: "lead"}, t("settings.lead")),
    h("div", {class: "sheet"}, placeFields("settings"), Object.keys(CHOICES).map(choice)),
    h("section", {class: "sheet", "aria-labelledby": "forget-title"}, h("h2", {id: "forget-title"}, t("settings.forget_title")), h("p", {}, t("settings.forget_says")), h("div", {class: "verbs"}, button(t("settings.forget"), quickExit, {pic: "leave"})))),
};
