/* More help: every line we know for where one is, groups and organisations, and how to ask a doctor. Works offline. */

import {button, h, outside} from "./dom.js";
import {placeFields} from "./door.js";
import {helpNow, keepLines, told} from "./help.js";
import {back} from "./router.js";
import {dateOf, learn, t} from "./words.js";
import {words} from "./words-help.js";

learn(words);

const DOCTOR = ["since", "how", "worst", "want", "afraid"];
const host = {groups: null, script: null, fields: new Map()};

function drawGroups() {
  const groups = told()?.groups ?? [];
  const line = ({name, url, read_on: read}) => h("li", {}, outside(url, name, "plain-link"), h("span", {class: "hint"}, t("card.checked", {date: dateOf(read)})));
  host.groups.replaceChildren(groups.length ? h("ul", {class: "groups", role: "list"}, groups.map(line)) : h("p", {class: "hint"}, t("help.no_groups")),
    h("ul", {class: "groups", role: "list"}, (told()?.directory ?? []).map(({name, url}) => h("li", {}, outside(url, name, "plain-link")))));
}

/** What to say to a doctor, in the person's own words; made here, kept nowhere. */
function drawScript() {
  const said = DOCTOR.map((name) => [name, host.fields.get(name).value.trim()]).filter(([, value]) => value);
  const own = said.map(([name, value]) => h("p", {}, h("span", {}, t(`doctor.${name}_says`)), " ", h("bdi", {}, value)));
  host.script.replaceChildren(h("p", {}, t("doctor.hello")), ...own, h("p", {}, t("doctor.end")));
}

function doctorField(name) {
  const box = h("input", {id: `doctor-${name}`, autocomplete: "off", dir: "auto", oninput: drawScript});
  host.fields.set(name, box);
  return h("div", {class: "field"}, h("label", {for: `doctor-${name}`}, t(`doctor.${name}`)), box);
}

export const view = {
  title: "help.title",
  make() {
    host.groups = h("div", {class: "stack"});
    host.script = h("div", {class: "script", id: "doctor-script"});
    return h("div", {class: "stack"},
      button(t("word.back"), () => back("door"), {kind: "quiet back", pic: "back"}),
      h("h1", {id: "lines-title"}, t("help.title")), h("p", {class: "lead"}, t("help.lead")),
      h("div", {class: "verbs"}, button(t("help.card"), () => helpNow(), {kind: "main", pic: "help"})),
      h("section", {class: "sheet", "aria-labelledby": "place-title"}, h("h2", {id: "place-title"}, t("help.place")), placeFields("lines")),
      h("section", {class: "sheet", "aria-labelledby": "groups-title"}, h("h2", {id: "groups-title"}, t("help.groups")), h("p", {class: "hint"}, t("help.groups_hint")), host.groups),
      h("section", {class: "sheet", "aria-labelledby": "doctor-title"}, h("h2", {id: "doctor-title"}, t("doctor.title")), h("p", {class: "hint"}, t("doctor.lead")), DOCTOR.map(doctorField), host.script),
      h("section", {class: "sheet", "aria-labelledby": "not-title"}, h("h2", {id: "not-title"}, t("help.not_title")), h("p", {}, t("help.not"))));
  },
  enter() {
    drawGroups();
    drawScript();
    keepLines().then(drawGroups);
  },
};
