/* Choices of this browser: language, country, how the page looks, what one would rather not come upon (F7), whether one
   sees lights of the night (F5), whom one has blocked (F10), and forgetting everything. */

import {setWish, wishFor, WISHES} from "./apart.js";
import {blocked} from "./blocked.js";
import {$, button, h} from "./dom.js";
import {placeFields} from "./door.js";
import {dress, quickExit} from "./frame.js";
import {back} from "./router.js";
import {settings} from "./store.js";
import {learn, t} from "./words.js";
import {words as lantern} from "./words-lantern.js";
import {THEMES, words as lists} from "./words-lists.js";
import {words} from "./words-settings.js";

learn(lantern);
learn(lists);
learn(words);

let people;

const CHOICES = {theme: ["", "light", "dark"], text: ["", "large", "largest"], motion: ["", "less"]};

function choice(name) {
  const now = settings.get(name) ?? "";
  const pick = (value) => () => (settings.set(name, value || null), dress());
  return h("fieldset", {class: "field"}, h("legend", {}, t(`settings.${name}`)), h("div", {class: "choices"}, CHOICES[name].map((value) => h("label", {class: "choice"},
    h("input", {type: "radio", name, value, checked: value === now, onchange: pick(value)}), h("span", {}, t(`settings.${name}_${value || "auto"}`))))));
}

/** For each theme of content notes: blurred, shown or left out; and one list for all of them. */
function wishes() {
  const options = (now) => WISHES.map((one) => h("option", {value: one, selected: one === now}, t(`settings.wish_${one}`)));
  const row = (id, label, select) => h("div", {class: "wish"}, h("label", {for: id}, label), select);
  const each = THEMES.map((theme) => h("select", {id: `wish-${theme}`, onchange: (event) => (setWish(theme, event.target.value), drawAll())}, options(wishFor(theme))));
  const drawAll = () => (all.value = each.every((one) => one.value === each[0].value) ? each[0].value : "");
  const all = h("select", {id: "wish-all", onchange: () => {
    if (!all.value) return;
    THEMES.forEach((theme) => setWish(theme, all.value));
    for (const one of each) one.value = all.value;
  }}, h("option", {value: ""}, t("settings.wish_each")), options(null));
  drawAll();
  return h("div", {class: "wishes", role: "group", "aria-labelledby": "wish-title"}, row("wish-all", h("strong", {}, t("settings.wish_all")), all), THEMES.map((theme, at) => row(`wish-${theme}`, t(`theme.${theme}`), each[at])));
}

/** Whether lights of the night are shown in the rooms (lantern.js). Nobody is told what is chosen. */
function lights() {
  const box = h("input", {type: "checkbox", id: "lights", checked: settings.get("lights") === true, "aria-describedby": "lights-hint", onchange: () => settings.set("lights", box.checked || null)});
  return h("section", {class: "sheet", "aria-labelledby": "lights-title"}, h("h2", {id: "lights-title"}, t("lantern.title")), h("p", {id: "lights-hint"}, t("lantern.about")), h("div", {class: "ticks"}, h("label", {class: "tick"}, box, h("span", {}, t("lantern.watch")))));
}

export const view = {
  title: "settings.title",
  make: () => h("div", {class: "stack"},
    button(t("word.back"), () => back(), {kind: "quiet back", pic: "back"}),
    h("h1", {id: "settings-title"}, t("settings.title")), h("p", {class: "lead"}, t("settings.lead")),
    h("div", {class: "sheet"}, placeFields("settings"), Object.keys(CHOICES).map(choice)),
    h("section", {class: "sheet", "aria-labelledby": "wish-title"}, h("h2", {id: "wish-title"}, t("settings.wish_title")), h("p", {}, t("settings.wish_says")), wishes()),
    lights(),
    (people = blocked()).element,
    h("section", {class: "sheet", "aria-labelledby": "forget-title"}, h("h2", {id: "forget-title"}, t("settings.forget_title")), h("p", {}, t("settings.forget_says")), h("div", {class: "verbs"}, button(t("settings.forget"), quickExit, {pic: "leave"})))),
  /** `at`: what somebody came for. */
  enter: ({at}) => {
    people.draw();
    if (at === "wishes") requestAnimationFrame(() => $("wish-title").scrollIntoView()); // after the view stands at its top
    return at === "wishes" ? $("wish-all") : undefined;
  },
};
