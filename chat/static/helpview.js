/* More help: every line we know for where one is, groups and organisations, other places, and how to ask a doctor.
   Works offline: what it shows came with the lines (help.js), each entry with where and when it was read. */

import {select} from "./boxes.js";
import {makeDoctor} from "./doctor.js";
import {$, button, h, outside} from "./dom.js";
import {placeFields} from "./door.js";
import {helpNow, keepLines, told} from "./help.js";
import {back} from "./router.js";
import {dateOf, has, learn, t} from "./words.js";
import {words} from "./words-help.js";
import {words as lists} from "./words-lists.js";

learn(words);
learn(lists);

// With so few a person reads faster than they choose.
const FILTER_FROM = 5;
const host = {groups: null, places: null, topic: ""};

const read = ({source, read_on: day}) => h("p", {class: "hint checked"}, source ? t("help.read", {source, date: dateOf(day)}) : t("card.checked", {date: dateOf(day)}));
const topicName = (name) => (has(`topic.${name}`) ? t(`topic.${name}`) : name);

function group({name, lang, url, about, topics = [], ...from}) {
  return h("li", {}, h("p", {class: "group-name", lang}, outside(url, name, "plain-link")),
    topics.length ? h("p", {class: "tags"}, ...topics.map((one) => h("span", {class: "tag"}, topicName(one)))) : null,
    about ? h("p", {dir: "auto"}, about) : null, read(from));
}

const list = (entries) => h("ul", {class: "groups", role: "list"}, entries.map(group));

/** Groups for what it is about: those for it, and those for everything. */
function drawGroups() {
  const all = told()?.groups ?? [];
  const shown = all.filter(({topics = []}) => !host.topic || !topics.length || topics.includes(host.topic));
  const [own, lines] = [shown.filter(({about}) => about), shown.filter(({about}) => !about)];
  const topics = [...new Set(all.flatMap((one) => one.topics ?? []))];
  const choose = select(t("help.topic"), "help-topic", [["", t("help.topic_any")], ...topics.map((one) => [one, topicName(one)])], host.topic);
  choose.querySelector("select").addEventListener("change", (event) => {
    host.topic = event.target.value;
    drawGroups();
    host.groups.querySelector("select").focus();
  });
  host.groups.replaceChildren(...(all.length >= FILTER_FROM && topics.length > 1 ? [choose] : []),
    own.length ? list(own) : h("p", {class: "hint"}, t("help.no_groups")),
    ...(lines.length ? [h("h3", {}, t("help.lines_too")), list(lines)] : []),
    h("h3", {}, t("help.directories")),
    h("ul", {class: "groups", role: "list"}, (told()?.directory ?? []).map(({name, url}) => h("li", {}, outside(url, name, "plain-link")))));
}

function drawPlaces() {
  const part = (title, said) => h("p", {}, h("strong", {}, title), " ", h("span", {dir: "auto"}, said));
  host.places.replaceChildren(...(told()?.places ?? []).map(({name, url, good, limits, ...from}) => h("li", {},
    h("p", {class: "group-name"}, outside(url, name, "plain-link")), part(t("help.good"), good), part(t("help.limits"), limits), read(from))));
}

const draw = () => (drawGroups(), drawPlaces());
const part = (id, ...inside) => h("section", {class: "sheet", "aria-labelledby": `${id}-title`}, h("h2", {id: `${id}-title`, tabindex: "-1"}, t(`help.${id}`)), ...inside);

/** The page is long: a way to each of its parts. */
const jump = (id, words) => button(words, () => {
  $(`${id}-title`).scrollIntoView({block: "start"});
  $(`${id}-title`).focus({preventScroll: true});
});
const jumps = () => h("nav", {class: "verbs", "aria-label": t("help.parts")}, jump("groups", t("help.groups")), jump("doctor", t("doctor.title")), jump("places", t("help.places")), jump("not", t("help.not")));

export const view = {
  title: "help.title",
  make() {
    host.groups = h("div", {class: "stack"});
    host.places = h("ul", {class: "groups", role: "list"});
    return h("div", {class: "stack"},
      button(t("word.back"), () => back("door"), {kind: "quiet back", pic: "back"}),
      h("h1", {id: "lines-title"}, t("help.title")), h("p", {class: "lead"}, t("help.lead")),
      h("div", {class: "verbs"}, button(t("help.card"), () => helpNow(), {kind: "main", pic: "help"})),
      jumps(),
      part("place", placeFields("lines")),
      part("groups", h("p", {class: "hint"}, t("help.groups_hint")), host.groups),
      makeDoctor(),
      part("places", h("p", {class: "hint"}, t("help.places_hint")), host.places, h("p", {}, t("help.places_ask"))),
      part("not", h("p", {}, t("help.not_says"))));
  },
  enter() {
    draw();
    keepLines().then(draw);
  },
};
