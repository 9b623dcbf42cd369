/* Arriving: what this is and is not, in three sentences, and in with two actions: one's age and a button. */

import {button, h, shape} from "./dom.js";
import {helpNow, keepLines, linesFor, told} from "./help.js";
import {country, hear, line, setVisit, visit} from "./live.js";
import {nameField} from "./names.js";
import {go, redraw} from "./router.js";
import {settings} from "./store.js";
import {countryName, LANGUAGES, speak, spoken, t} from "./words.js";

const parts = {};

const lantern = () => shape("svg", {class: "lantern", viewBox: "0 0 120 120", "aria-hidden": "true"},
  shape("circle", {cx: 60, cy: 64, r: 52, class: "glow"}), shape("circle", {cx: 60, cy: 64, r: 34, class: "glow two"}),
  shape("path", {class: "fire", d: "M60 28c2.500 14 22 24 22 44a22 22 0 0 1-44 0c0-9 4-15 9-20 1 6 4 9 7 10-2-12 0-25 6-34z"}),
  shape("path", {class: "core", d: "M60 62c1 6 8 9 8 17a8.500 8.500 0 0 1-17 0c0-7 6-9 9-17z"}));

const age = (value) => h("label", {class: "choice"}, h("input", {type: "radio", name: "band", value, required: true, onchange: () => linesFor(value)}), h("span", {}, h("strong", {}, t(`door.${value}`)), h("small", {}, t(`door.${value}_rooms`))));

/** Two small lists: the language of the page, and the country whose lines are shown. */
export function placeFields(where) {
  const ids = [`${where}-language`, `${where}-country`];
  const language = h("select", {id: ids[0], onchange: (event) => chooseLanguage(event.target.value, ids[0])}, LANGUAGES.map(([code, name]) => h("option", {value: code, lang: code, selected: code === spoken()}, name)));
  const place = fillCountries(h("select", {id: ids[1], class: "country", onchange: (event) => chooseCountry(event.target.value)}));
  return h("div", {class: "places"}, h("label", {for: ids[0]}, t("door.language")), language, h("label", {for: ids[1]}, t("door.country")), place);
}

/** The countries we have lines of, as the server says; until it has, the one the browser is in. */
function fillCountries(select) {
  const here = country();
  const codes = [...new Set([...(told()?.countries ?? []), ...(here ? [here] : [])])];
  const mark = `${codes.join()} ${here} ${spoken()}`;
  if (select.dataset.mark === mark) return select;
  select.dataset.mark = mark;
  const places = codes.map((code) => [code, countryName(code)]).sort((a, b) => a[1].localeCompare(b[1], spoken()));
  select.replaceChildren(h("option", {value: "any", selected: !here}, t("door.any_country")), ...places.map(([code, name]) => h("option", {value: code, selected: code === here}, name)));
  return select;
}

addEventListener("warmline-lines", () => document.querySelectorAll("select.country").forEach(fillCountries));

async function chooseLanguage(code, from) {
  settings.set("language", code);
  speak(code);
  keepLines();
  dispatchEvent(new Event("warmline-language"));
  await redraw();
  document.getElementById(from)?.focus();
}

function chooseCountry(code) {
  settings.set("country", code);
  keepLines();
}

function enter(event) {
  event.preventDefault();
  const form = new FormData(event.target);
  parts.band.hidden = Boolean(form.get("band"));
  if (!form.get("band")) return event.target.querySelector("[name=band]").focus();
  setVisit({band: form.get("band"), name: String(form.get("name") ?? "").trim() || undefined});
  parts.problem.hidden = true;
  return line.start();
}

hear("refused", ({says}) => {
  if (!parts.problem?.isConnected || document.body.dataset.view !== "door") return undefined;
  parts.problem.textContent = says ?? "";
  parts.problem.hidden = !says;
  return undefined;
});

export const view = {
  title: "door.title",
  make() {
    parts.band = h("p", {id: "band-problem", class: "problem", hidden: true}, t("door.band_problem"));
    parts.problem = h("p", {id: "visit-problem", class: "problem", role: "alert", hidden: true, dir: "auto"});
    const now = visit.now ?? {};
    return h("div", {},
      h("div", {class: "hero"}, lantern(), h("h1", {id: "door-title"}, t("door.title")), h("p", {class: "lead"}, t("door.lead"))),
      h("form", {id: "visit", class: "sheet", novalidate: true, onsubmit: enter},
        h("ul", {class: "plain", role: "list"}, ["is", "not", "safe"].map((one) => h("li", {}, t(`door.${one}`)))),
        h("fieldset", {class: "field", "aria-describedby": "band-hint"}, h("legend", {}, t("door.age")), h("div", {class: "choices bands"}, age("adult"), age("teen")), parts.band,
          h("p", {id: "band-hint", class: "hint"}, t("door.bands"))),
        h("details", {class: "fold", id: "door-name", open: Boolean(now.name)}, h("summary", {}, t("door.name_open")), nameField({id: "name", label: t("door.name"), hint: t("door.name_hint"), value: now.name ?? ""})),
        parts.problem,
        h("button", {type: "submit", class: "main wide"}, t("door.enter")),
        h("p", {class: "fine"}, t("door.danger"), " ", button(t("door.danger_link"), () => helpNow(), {kind: "inline", id: "door-help"})),
        h("p", {class: "fine"}, t("door.younger"), " ", button(t("door.younger_link"), () => linesFor("teen").then(helpNow), {kind: "inline", id: "door-younger"})),
        placeFields("door"),
        h("p", {class: "fine"}, t("door.staff"), " ", button(t("door.staff_link"), () => go("staff"), {kind: "inline", id: "door-staff"}))));
  },
};
