/* Asking for one person, and waiting for them.

     a form in which everything can be left out ─ seek ─▶ an honest wait: place, time, words that are kept
                                                           └ session_opened ─▶ the view `session`

   While somebody waits the view shows what is true now and nothing else; the box to write in is never redrawn, so no
   word and no focus is lost when an update comes. A refused line is shown beside the box, with what would pass. */

import {button, choice, chosenOf, minutes, named, newId, says, select, ticks} from "./boxes.js";
import {h} from "./dom.js";
import {announce} from "./frame.js";
import {drawHolding, ended, forgetEnd} from "./holding.js";
import {helpNow, place} from "./help.js";
import {moodDoor} from "./mood.js";
import {held, own, pair, watch} from "./pair.js";
import {choose, drop, seek, withdraw, write} from "./pair-acts.js";
import {go} from "./router.js";
import {looking} from "./standing.js";
import {languageName, learn, t, when} from "./words.js";
import {words} from "./words-ask.js";
import {LIVED, PEOPLE, THEMES, TONGUES, TOPICS, words as lists} from "./words-lists.js";

learn(words);
learn(lists);

let host;
let parts;
let showing = "";

// ------------------------------------------------------------------ asking

function form() {
  const line = newId("line");
  const hint = newId("hint");
  const problem = h("p", {class: "problem", role: "alert", hidden: true});
  const made = h("form", {class: "sheet", novalidate: true},
    h("div", {class: "field"}, h("label", {for: line}, t("ask.line"), " ", h("span", {class: "optional"}, t("ask.optional"))),
      h("textarea", {id: line, name: "line", rows: "3", maxlength: "2000", dir: "auto", "aria-describedby": hint}), h("p", {id: hint, class: "hint"}, t("ask.line-hint"))),
    h("details", {class: "unfold"}, h("summary", {}, t("ask.more")), h("div", {class: "stack"},
      select(t("ask.topic"), "topic", [["", t("ask.any-topic")], ...named("topic", TOPICS)], ""),
      choice(t("ask.intensity"), "intensity", ["1", "2", "3", "4", "5"].map((n) => [n, t(`ask.heavy-${n}`)])),
      select(t("ask.language"), "language", [["", t("ask.any-language")], ...TONGUES.map((code) => [code, languageName(code)])], ""),
      ticks(t("ask.prefer"), t("ask.prefer-hint"), "prefer", named("tag", PEOPLE)),
      ticks(t("ask.lived"), null, "lived", named("topic", LIVED)),
      ticks(t("ask.notes"), t("ask.notes-hint"), "notes", named("theme", THEMES)))),
    problem,
    h("button", {type: "submit", class: "main wide"}, t("ask.submit")),
    h("p", {class: "fine"}, t("ask.fine"), " ", button(t("ask.fine-help"), () => helpNow(), "inline")));
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    send(made, problem);
  });
  return made;
}

function wishOf(made) {
  const value = (name) => made.elements[name].value;
  const prefer = [...chosenOf(made, "prefer"), ...chosenOf(made, "lived")];
  const notes = chosenOf(made, "notes");
  const [intensity] = chosenOf(made, "intensity");
  return {
    ...(value("topic") ? {topic: value("topic")} : {}), ...(value("language") ? {language: value("language")} : {}),
    ...(intensity ? {intensity: Number(intensity)} : {}), ...(prefer.length ? {prefer} : {}), ...(notes.length ? {notes} : {}),
  };
}

/** Ask first, then give the first words: so nobody's place depends on how a sentence is put. */
async function send(made, problem) {
  const line = made.elements.line.value.trim();
  const submit = made.querySelector("[type=submit]");
  submit.setAttribute("aria-disabled", "true");
  const reply = await seek(wishOf(made));
  submit.removeAttribute("aria-disabled");
  if (reply.type === "waiting") {
    if (line) write(line);
    return;
  }
  problem.replaceChildren(says(reply.says ?? ""), h("div", {class: "verbs"}, button(t("ask.rooms"), () => go("rooms")), button(t("ask.help"), () => helpNow())));
  problem.hidden = false;
}

// ------------------------------------------------------------------ waiting

function waiting() {
  const box = newId("words");
  const hint = newId("hint");
  const area = h("textarea", {id: box, rows: "3", maxlength: "2000", dir: "auto", "aria-describedby": hint});
  const now = h("div", {class: "wait-now"});
  const kept = h("ul", {class: "written", role: "list", "aria-label": t("wait.written")});
  const doors = h("div", {class: "stack"});
  const end = h("div", {class: "stack"});
  const typing = h("form", {class: "stack"}, h("label", {for: box}, t("wait.write")), h("p", {id: hint, class: "hint"}, t("wait.write-hint")), kept, area,
    h("div", {class: "verbs"}, h("button", {type: "submit", class: "main"}, t("wait.keep"))));
  typing.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!area.value.trim()) return;
    write(area.value.trim());
    area.value = "";
    area.focus();
  });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) (event.preventDefault(), typing.requestSubmit());
  });
  parts = {now, kept, doors, end, area};
  drawEnd(false);
  return h("div", {class: "sheet wait"}, now, typing, doors, end);
}

function drawNow() {
  const {place, eta, says: words, ready, told: chosen, noted} = pair.waiting;
  const told = (chosen || noted) && !ready;
  parts.now.replaceChildren(
    told ? "" : h("p", {class: "wait-place"}, t("wait.place", {n: place})),
    h("p", {dir: "auto"}, words ?? ""),
    ready || told ? null : h("p", {class: "hint"}, t("wait.eta", {half: minutes(eta.p50), most: minutes(eta.p90)})),
    told ? h("p", {class: "hint"}, t("wait.told")) : h("p", {class: "hint"}, t("wait.updated")));
}

function drawWritten() {
  parts.kept.hidden = !pair.written.length;
  parts.kept.replaceChildren(...pair.written.map((one) => h("li", {class: `kept-words ${one.state}`},
    one.state === "refused" ? h("p", {class: "hint"}, t("wait.refused")) : null,
    h("p", {class: "words", dir: "auto"}, one.text),
    one.state === "refused" ? refusal(one) : h("p", {class: "hint"}, t(one.state === "kept" ? "wait.kept" : "wait.going")))));
}

function refusal(one) {
  const reasons = [...new Set([one.says, ...(one.findings ?? []).map((finding) => finding.says)].filter(Boolean))];
  const again = (text) => (drop(one), write(text), parts.area.focus());
  const change = () => {
    parts.area.value = one.text;
    drop(one);
    parts.area.focus();
  };
  return h("div", {class: "stack"}, ...reasons.map(says),
    one.suggestion ? h("p", {}, t("wait.instead"), " ", h("bdi", {}, one.suggestion)) : null,
    h("div", {class: "verbs"}, one.suggestion ? button(t("wait.use"), () => again(one.suggestion), "main") : null,
      button(t("wait.change"), change), button(t("wait.drop"), () => (drop(one), parts.area.focus()))));
}

/** Other doors after three minutes; after a quarter of an hour a choice. */
function drawDoors() {
  const {alternatives, choose: choices, until} = pair.waiting;
  const mark = JSON.stringify([alternatives, choices, until]);
  if (parts.drawn === mark) return;
  parts.drawn = mark;
  if (parts.doors.contains(document.activeElement)) host.querySelector("h1").focus();
  const doors = {room: () => button(t("ask.rooms"), () => go("rooms")), line: () => button(t("ask.help"), () => helpNow()), write: () => button(t("wait.door-write"), () => parts.area.focus())};
  const words = {wait: "wait.choose-wait", tell_me: "wait.choose-tell", stop: "wait.choose-stop"};
  parts.doors.replaceChildren(...[
    choices ? h("h2", {}, t("wait.choose")) : null,
    choices ? h("div", {class: "verbs"}, ...choices.map((one) => button(t(words[one]), () => choose(one)))) : null,
    choices && until ? h("p", {class: "hint"}, t("wait.until", {time: when(until)})) : null,
    alternatives ? h("h2", {}, t("wait.doors")) : null,
    alternatives ? h("p", {class: "hint"}, t("wait.doors-hint")) : null,
    alternatives ? h("div", {class: "verbs"}, ...alternatives.map((one) => doors[one]?.())) : null,
  ].filter(Boolean));
}

function drawEnd(sure) {
  const stop = async () => {
    const reply = await withdraw();
    announce(reply.type === "withdrawn" ? t("wait.stopped") : (reply.says ?? ""));
  };
  const no = button(t("wait.stop-no"), () => drawEnd(false));
  parts.end.replaceChildren(...(sure
    ? [h("p", {}, t("wait.stop-sure")), h("div", {class: "verbs"}, button(t("wait.stop-yes"), stop), no)]
    : [h("div", {class: "verbs"}, button(t("wait.stop"), () => drawEnd(true), "quiet"))]));
  if (sure) no.focus();
}

// ------------------------------------------------------------------ the view

function draw() {
  const seat = own();
  drawHolding(host.querySelector(".holding"), {hold: seat ? null : held()});
  queueMicrotask(place);
  const want = pair.waiting ? "waiting" : seat ? "session" : "form";
  const title = host.querySelector("h1");
  if (want !== showing) {
    const moved = showing && host.contains(document.activeElement);
    showing = want;
    title.textContent = t(want === "waiting" ? "wait.title" : "ask.title");
    host.querySelector(".lead").hidden = want !== "form";
    const body = want === "waiting" ? waiting() : want === "form" ? h("div", {class: "stack"}, form(), moodDoor("before")) : h("div", {class: "sheet"}, h("p", {}, t("ask.in-session")), button(t("ask.to-session"), () => go("session", {room: seat.room}), "main"));
    host.querySelector(".body").replaceChildren(body);
    if (moved) title.focus();
  }
  if (want !== "waiting") return;
  drawNow();
  drawWritten();
  drawDoors();
}

watch((what, detail) => {
  if (pair.at !== "ask") return;
  if (what === "opened" && detail.role === "seeker") go("session", {room: detail.room});
  else draw();
});

export const view = {
  make() {
    showing = "";
    host = h("div", {class: "pair-view"}, h("h1", {id: "ask-title"}, t("ask.title")), h("p", {class: "lead"}, t("ask.lead")), h("section", {class: "sheet holding", hidden: true}), h("div", {class: "held-card"}), h("div", {class: "body"}));
    return host;
  },
  enter() {
    looking("ask");
    draw();
  },
  leave() {
    looking(null);
    queueMicrotask(place);
    if (ended()?.how === "left") forgetEnd();
  },
  title: "ask.title",
  home: true,
  needs: "visit",
};
