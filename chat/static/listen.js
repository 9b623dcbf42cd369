/* For listeners: are you there, for what, and how much is left of you. Offers come here, with what matters first.

     where you stand · offers (45 s, topic and notes first) · your conversations · fuel · how are you · about what

   What a listener ticks is kept on this device, and goes out again with "I'm available"; a no needs no reason. */

import {button, choice, chosenOf, everySecond, left, named, says, select, ticks} from "./boxes.js";
import {h} from "./dom.js";
import {announce} from "./frame.js";
import {given} from "./given.js";
import {helpNow} from "./help.js";
import {ask, visit} from "./live.js";
import {live, pair, watch} from "./pair.js";
import {answer} from "./pair-acts.js";
import {newKey} from "./rooms.js";
import {go} from "./router.js";
import {looking} from "./standing.js";
import {settings} from "./store.js";
import {languageName, learn, spoken, t, when} from "./words.js";
import {LIVED, PEOPLE, THEMES, TONGUES, TOPICS, words as lists} from "./words-lists.js";
import {words} from "./words-listen.js";

learn(lists);
learn(words);

const LISTENING = ["listener", "responder", "supervisor"];
const FUEL = ["today", "hours", "heavy", "week"];

let host;
let parts;

const may = () => (visit.now?.roles ?? []).some((role) => LISTENING.includes(role));
const there = () => ["available", "offered", "in_session", "wrap_up", "cool_down"].includes(pair.availability?.state);

// ------------------------------------------------------------------ where they stand

function drawState() {
  const {state = "offline", until, says: words} = pair.availability ?? {};
  const ending = until && ["wrap_up", "cool_down"].includes(state) && left(until) ? ` ${t("listen.until", {time: when(until)})}` : "";
  parts.state.replaceChildren(...[h("p", {class: "wait-place"}, t(`listen.${state}`), ending), says(words),
    pair.availability?.note === "low" ? h("div", {class: "verbs"}, button(t("listen.support"), () => helpNow())) : null].filter(Boolean));
  parts.submit.textContent = t(there() ? "listen.change" : "listen.go");
  parts.stop.hidden = parts.rest.hidden = !there();
  parts.fuel.hidden = !pair.availability?.caps;
  const caps = pair.availability?.caps ?? {};
  parts.gauge.replaceChildren(...FUEL.filter((name) => name in caps).map((name) => gauge(name, caps[name])));
}

function gauge(name, part) {
  const percent = Math.round(part * 100);
  return h("li", {}, h("span", {}, t(`fuel.${name}`)), h("meter", {min: "0", max: "100", value: String(percent), "aria-label": t(`fuel.${name}`)}, `${percent}`), h("span", {class: "hint"}, t("fuel.of", {n: percent})));
}

// ------------------------------------------------------------------ offers

function offer(event) {
  const fact = (key, ...value) => h("div", {}, h("dt", {}, t(key)), h("dd", {}, ...value));
  const list = (stem, all = []) => all.map((one) => t(`${stem}.${one}`)).join(", ");
  const clock = h("p", {class: "clock hint"});
  const fits = (event.fit ?? []).filter((one) => PEOPLE.includes(one) || TOPICS.includes(one) || THEMES.includes(one));
  const made = h("section", {class: "sheet offer", "data-offer": event.offer, "aria-label": t("offer.title")},
    h("h2", {tabindex: "-1"}, t("offer.title")),
    h("dl", {class: "facts"},
      fact("offer.topic", event.topic ? t(`topic.${event.topic}`) : t("offer.unsaid")),
      fact("offer.notes", event.notes?.length ? list("theme", event.notes) : t("offer.unsaid")),
      event.intensity ? fact("offer.intensity", t("offer.of-five", {n: event.intensity})) : null,
      event.language ? fact("offer.language", h("bdi", {}, languageName(event.language))) : null,
      fits.length ? fact("offer.fit", fits.map((one) => t(PEOPLE.includes(one) ? `tag.${one}` : TOPICS.includes(one) ? `topic.${one}` : `theme.${one}`)).join(", ")) : null),
    clock,
    h("div", {class: "verbs"}, button(t("offer.yes"), () => reply(event, true), "main"), button(t("offer.no"), () => reply(event, false))),
    h("p", {class: "hint"}, t("offer.no-hint")));
  setTimeout(() => everySecond(clock, () => {
    const seconds = left(event.expires);
    clock.textContent = t("offer.left", {n: seconds});
    if (!seconds && pair.offers.delete(event.offer)) draw();
  }));
  return made;
}

async function reply(event, accept) {
  const said = await answer(event.offer, accept);
  if (said.type === "answered" && said.accepted) return go("session", {room: said.room});
  if (said.type === "refused") announce(said.says ?? "");
  return host.querySelector("h1").focus();
}

function drawOffers() {
  for (const node of [...parts.offers.children]) if (!pair.offers.has(node.dataset.offer)) node.remove();
  for (const [id, event] of pair.offers) if (![...parts.offers.children].some((node) => node.dataset.offer === id)) parts.offers.append(offer(event));
  parts.none.hidden = !may() || Boolean(pair.offers.size) || pair.availability?.state !== "available";
  const open = live().filter((one) => one.role === "listener");
  parts.sessions.hidden = !open.length;
  parts.sessions.replaceChildren(h("h2", {}, t("listen.sessions")), ...open.map((one) => h("p", {class: "row"}, h("bdi", {}, one.with?.name ?? ""), button(t("listen.open"), () => go("session", {room: one.room}), "quiet outlined"))));
}

// ------------------------------------------------------------------ what they are asked about

function form() {
  const before = settings.get("listening") ?? {};
  const hours = [1, 2, 3, 4].map((n) => [String(n), t("listen.shift-hours", {n})]);
  const submit = h("button", {type: "submit", class: "main"}, t("listen.go"));
  const rest = button(t("listen.break"), () => away({for: "break"}));
  const stop = button(t("listen.stop"), () => away({}), "quiet");
  const made = h("form", {class: "sheet", novalidate: true},
    choice(t("listen.mood"), "mood", [["ok", t("listen.mood-ok")], ["low", t("listen.mood-low")]], null, t("listen.mood-hint")),
    h("div", {class: "verbs"}, submit, rest, stop),
    h("details", {class: "unfold"}, h("summary", {}, t("listen.profile")), h("div", {class: "stack"},
      ticks(t("listen.topics"), t("listen.topics-hint"), "topics", named("topic", TOPICS), before.topics),
      ticks(t("listen.refuses"), t("listen.refuses-hint"), "refuses", named("theme", THEMES), before.refuses),
      ticks(t("listen.tags"), t("listen.tags-hint"), "tags", named("tag", PEOPLE), before.tags),
      ticks(t("listen.lived"), null, "lived", named("topic", LIVED), before.tags),
      ticks(t("listen.languages"), null, "languages", TONGUES.map((code) => [code, h("bdi", {}, languageName(code))]), before.languages ?? [spoken()]),
      choice(t("listen.capacity"), "capacity", [["1", t("listen.one")], ["2", t("listen.two")]], String(before.capacity ?? 1)),
      select(t("listen.shift"), "shift", [["", t("listen.shift-open")], ...hours], ""))));
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    come(made);
  });
  Object.assign(parts, {submit, rest, stop});
  return made;
}

async function come(made) {
  const mood = chosenOf(made, "mood")[0];
  const hours = Number(made.elements.shift.value);
  const profile = {
    topics: chosenOf(made, "topics"), refuses: chosenOf(made, "refuses"), tags: [...chosenOf(made, "tags"), ...chosenOf(made, "lived")],
    languages: chosenOf(made, "languages"), capacity: Number(chosenOf(made, "capacity")[0] ?? 1),
  };
  settings.set("listening", profile);
  const until = hours ? {until: new Date(Date.now() + hours * 3_600_000).toISOString()} : {};
  stood(await ask({type: "available", key: newKey(), ...profile, ...until, ...(mood ? {mood} : {})}));
}

const away = async (how) => stood(await ask({type: "away", key: newKey(), ...how}));

function stood(reply) {
  if (reply.type === "availability") pair.availability = reply;
  announce(reply.type === "availability" ? t(`listen.${reply.state}`) : (reply.says ?? ""));
  parts.problem.hidden = reply.type === "availability";
  parts.problem.textContent = reply.says ?? "";
  draw();
}

function draw() {
  host.querySelector(".not").hidden = may();
  host.querySelector(".listening").hidden = !may();
  drawState();
  drawOffers();
}

watch((what, detail) => {
  if (pair.at !== "listen") return;
  draw();
  if (what === "offers" && detail) announce(`${t("offer.title")}. ${detail.topic ? t(`topic.${detail.topic}`) : ""}`);
});

export const view = {
  make() {
    parts = {state: h("div", {class: "stack"}), offers: h("div", {class: "stack"}), none: h("p", {class: "hint"}, t("offer.none")), sessions: h("div", {class: "sheet", hidden: true}), gauge: h("ul", {class: "gauge", role: "list"}), problem: h("p", {class: "problem", hidden: true, dir: "auto"})};
    parts.fuel = h("section", {class: "sheet", hidden: true}, h("h2", {}, t("listen.fuel")), parts.gauge, h("p", {class: "hint"}, t("listen.fuel-hint")));
    host = h("div", {class: "pair-view"}, h("h1", {id: "listen-title"}, t("listen.title")), h("p", {class: "lead"}, t("listen.lead")), h("p", {class: "not sheet"}, t("listen.not")),
      h("div", {class: "stack listening"}, parts.offers, parts.sessions, h("section", {class: "sheet"}, h("h2", {}, t("listen.state")), parts.state, parts.none, parts.problem), form(), parts.fuel, (parts.given = given()).element));
    return host;
  },
  enter() {
    looking("listen");
    draw();
    if (may()) parts.given.draw();
  },
  leave() {
    looking(null);
  },
  title: "listen.title",
  home: true,
  needs: "visit",
};
