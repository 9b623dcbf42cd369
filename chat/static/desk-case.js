/* One case: what is known, the words (covered until somebody uncovers them), the decision.

     draw(host, row) ─▶ facts ─▶ not mine: take it │ mine: a clock, the words, the decision │ another's: says so │ ended

   A case is drawn anew only when its state changes, so that a clock never takes away a focus or a choice. */

import {ages, mayTellAge} from "./ages.js";
import {announce} from "./frame.js";
import {h, icon} from "./dom.js";
import {around, lookIn} from "./desk-beside.js";
import {age as tellAge, desk, claim, claimOf, handOn, isOver, lapse, mayDecide, resolve, rowOf} from "./desk-cases.js";
import {ladder} from "./desk-ladder.js";
import {age, ageOf, became, button, found, isSession, kindOf, named, note, press, rank, refusal, where} from "./desk-rows.js";
import {asksAge, past} from "./desk-past.js";
import {go} from "./router.js";
import {countdown, t} from "./words.js";

const REWRITE_MS = 600_000; // when the author of a held message is asked what to do
const ORDER = ["reached", "release", "mask", "refuse", "uphold", "overturn", "no_contact", "dismiss", "merge"];
const LADDER = new Set(["held", "report", "shield"]);

let shown = null; // {id, mark, uncovered, node parts…}

/** Say why something was not done, beside the case. */
export function complain(reply) {
  const problem = shown?.problem;
  if (!problem) return;
  problem.replaceChildren(...refusal(reply).filter(Boolean));
  problem.hidden = false;
}

// ------------------------------------------------------------------ drawing

/** Draw the case that is looked at into `host`, unless it stands there as it is. `back`: to the list. */
export function draw(host, {back, next}) {
  const row = desk.open ? rowOf(desk.open) : null;
  const mine = row && claimOf(row.case);
  const mark = row ? JSON.stringify([row.case, row.state, row.mine, Boolean(mine), row.resolution, desk.bare.has(row.case), desk.rooms.size]) : "";
  if (shown?.host === host && shown.mark === mark) return;
  const same = shown?.host === host && shown.id === row?.case && Boolean(row);
  const focused = same && host.contains(document.activeElement);
  const unfolded = same ? [...host.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent) : [];
  clearInterval(shown?.ticking);
  shown = {host, mark, id: row?.case, uncovered: same && Boolean(mine) && shown.uncovered, next, back};
  host.replaceChildren(...(row ? parts(row, mine, back) : [nothing()]));
  for (const summary of host.querySelectorAll("details > summary")) summary.parentElement.open ||= unfolded.includes(summary.textContent);
  if (focused) (host.querySelector("[data-first]") ?? shown.title).focus();
}

export const focusTitle = () => shown?.title?.focus();

function nothing() {
  return h("div", {class: "desk-none"}, h("p", {}, t("desk.choose")), h("p", {class: "hint"}, t("desk.choose-hint")));
}

function parts(row, mine, back) {
  shown.title = h("h2", {tabindex: "-1", id: "case-title"}, kindOf(row));
  shown.problem = h("p", {class: "problem", role: "alert", hidden: true});
  const own = Boolean(mine);
  return [
    h("div", {class: "case-head"}, toList(back), shown.title, rank(row)),
    facts(row),
    shown.problem,
    ...(isOver(row) ? [ended(row)] : own ? taken(row, mine) : waiting(row)),
  ].filter(Boolean);
}

/** On a phone the list and the case are one after the other. */
const toList = (back) => h("button", {type: "button", class: "quiet case-back", onclick: back}, icon("back"), press("l", t("case.back")));

function facts(row) {
  const fact = (name, ...value) => h("div", {}, h("dt", {}, t(name)), h("dd", {}, ...value));
  const care = ["info", "concern", "high", "imminent"].includes(row.care?.band) ? row.care.band : "none";
  return h("dl", {class: "case-facts", "aria-label": t("case.about")},
    fact("case.room", where(row), row.band === "teen" ? h("span", {class: "tag"}, ` ${t("desk.teen")}`) : ""),
    fact("case.waits", h("time", {datetime: row.at}, ageOf(row, "desk.since")), row.escalated ? h("span", {class: "hint"}, `, ${t("desk.called", {n: row.escalated})}`) : ""),
    fact("case.found", h("ul", {role: "list"}, ...found(row).map((one) => h("li", {}, one)))),
    fact("case.care", t(`case.care-${care}`)));
}

function ended(row) {
  const what = row.resolution ? became(row, row.resolution) : t("case.ended");
  return h("div", {class: "stack"}, h("p", {}, `${what}${row.mine ? `, ${t("desk.by-you")}` : row.resolution ? `, ${t("desk.by-other")}` : ""}`),
    row.note ? h("p", {class: "hint"}, note(row.note)) : null,
    desk.tab === "waiting" ? button(t("decide.next"), shown.next, "main", {"data-first": ""}) : null);
}

function waiting(row) {
  if (desk.bare.has(row.case)) return [h("p", {class: "calm"}, t("case.mine-not"))];
  if (row.state === "claimed" && !row.mine) return [h("p", {class: "calm"}, t("case.others"))];
  const again = row.state === "claimed" && row.mine;
  return [
    row.holds ? rewrite(row) : null,
    row.kind === "crisis" ? h("div", {class: "verbs"}, button(t("case.go"), () => go("respond"), "main")) : null,
    h("div", {class: "verbs"}, button(press("c", t(again ? "case.again" : "case.claim")), takeIt, row.kind === "crisis" ? "quiet outlined" : "main", {"data-first": ""})),
    h("p", {class: "hint"}, t("case.claim-hint")),
  ];
}

/** What time does to a held message: ten minutes, as a calm measure. */
function rewrite(row) {
  const past = age(row) >= REWRITE_MS;
  return h("div", {class: "desk-wait"},
    past ? null : h("meter", {class: "meter", min: "0", max: String(REWRITE_MS), value: String(age(row)), "aria-label": t("case.wait-meter")}),
    h("p", {class: "hint"}, t(past ? "case.rewrite" : "case.rewrite-soon")));
}

/** Take the case that is looked at. */
export async function takeIt() {
  const row = desk.open ? rowOf(desk.open) : null;
  if (!row || isOver(row) || desk.bare.has(row.case) || (row.state === "claimed" && !row.mine)) return;
  const before = claimOf(row.case);
  const reply = await claim(row.case);
  if (reply.type !== "claimed") complain(reply);
  else if (!before) announce(t("case.claimed"));
}

// ------------------------------------------------------------------ a case of mine

function taken(row, mine) {
  return [clock(row), words(row, mine), past(mine), asksAge(row) && mayTellAge() ? aged(row) : decision(row, mine), LADDER.has(row.kind) && mayDecide() ? ladder(row) : null,
    around(row), isSession(row) && mayDecide() ? lookIn(row, complain) : null];
}

/** A case of somebody's age is decided by saying it, or handed on. */
function aged(row) {
  return h("div", {class: "stack"}, ages({say: (is) => tellAge(row.case, is), done: () => settled(row)}), h("div", {class: "verbs"}, button(press("h", t("decide.hand")), passOn)));
}

function clock(row) {
  const left = h("span", {class: "clock"});
  let warned = false;
  const tick = () => {
    const mine = desk.claims.get(row.case);
    const ms = (mine?.until ?? 0) - Date.now();
    if (ms <= 0) {
      clearInterval(shown.ticking);
      announce(t("case.over"));
      return lapse(row.case);
    }
    left.textContent = t("case.clock", {time: countdown(ms)});
    if (ms < 60_000 && !warned) announce(t("case.clock-soon"));
    warned = ms < 60_000;
    return undefined;
  };
  tick();
  shown.ticking = setInterval(tick, 1000);
  return h("div", {class: "verbs desk-clock"}, left, button(t("case.longer"), takeIt));
}

function words(row, mine) {
  const {text, name, note: told, notes} = mine.words ?? {};
  if (!text && !told && !notes?.length) return h("p", {class: "calm", tabindex: "-1", "data-first": ""}, t("case.no-words"));
  const body = h("div", {class: "stack words-shown", hidden: true});
  const bars = h("div", {class: "bars", "aria-hidden": "true"}, ...[92, 78, 54].map((width) => h("span", {class: `bar w${width}`})));
  const label = h("span", {});
  const toggle = button("", () => cover(!shown.uncovered), "quiet outlined", {"data-first": "", "aria-expanded": "false", "aria-controls": "case-words"});
  toggle.append(label, " ", h("kbd", {"aria-hidden": "true", dir: "auto"}, "v"));
  body.id = "case-words";
  // Covered words are not on the page at all: nothing to select, to search or to be read aloud.
  const quote = (key, said) => h("div", {}, h("h3", {}, t(key)), h("blockquote", {dir: "auto", class: "words"}, said));
  const fill = () => [
    name ? h("p", {class: "hint"}, t("case.name"), " ", h("bdi", {}, name)) : null,
    text ? quote("case.text", text) : null,
    told ? quote("case.note", told) : null,
    notes?.length ? h("div", {}, h("h3", {}, t("case.notes")), ...notes.map((one) => h("blockquote", {dir: "auto", class: "words"}, one))) : null,
  ].filter(Boolean);
  shown.cover = (open) => {
    shown.uncovered = open;
    body.hidden = !open;
    bars.hidden = open;
    body.replaceChildren(...(open ? fill() : []));
    label.textContent = t(open ? "case.cover" : "case.uncover");
    toggle.setAttribute("aria-expanded", String(open));
  };
  shown.cover(Boolean(shown.uncovered));
  return h("div", {class: "case-words"}, bars, body, toggle);
}

/** Uncover or cover the words of the case that is looked at. */
export function cover(open = !shown?.uncovered) {
  shown?.cover?.(open);
}

function decision(row, mine) {
  const options = ORDER.filter((one) => mine.resolutions.includes(one) && (one !== "merge" || others(row).length));
  const into = h("div", {class: "field", hidden: true}, h("label", {for: "case-into"}, t("decide.into")), h("select", {id: "case-into"},
    ...others(row).map((one) => h("option", {value: one.case, dir: "auto"}, t("decide.into-row", {kind: kindOf(one), where: where(one).textContent, since: ageOf(one, "desk.since")})))));
  const pick = (one) => h("label", {class: "choice"}, h("input", {type: "radio", name: "resolution", value: one, onchange: () => (into.hidden = one !== "merge")}),
    h("span", {}, h("strong", {}, t(`decide.${named(row, one)}`)), h("small", {}, t(`decide.${named(row, one)}-means`))));
  const reasons = h("select", {id: "case-note", "aria-describedby": "case-note-hint"}, h("option", {value: ""}, t("decide.note-none")),
    ...mine.notes.map((one) => h("option", {value: one}, note(one))));
  const form = h("form", {class: "stack decide", novalidate: true, "aria-label": t("decide.title")},
    h("fieldset", {class: "field"}, h("legend", {}, t("decide.what")), h("div", {class: "choices"}, ...options.map(pick))), into,
    h("div", {class: "field"}, h("label", {for: "case-note"}, t("decide.note")), reasons, h("p", {class: "hint", id: "case-note-hint"}, t("decide.note-hint"))),
    h("div", {class: "verbs"}, h("button", {type: "submit", class: "main"}, t("decide.submit")), button(press("h", t("decide.hand")), passOn)),
    h("p", {class: "hint"}, t("decide.hand-hint")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    decide(row, form);
  });
  return form;
}

const others = (row) => desk.rows.filter((one) => one.case !== row.case && one.kind === row.kind && one.band === row.band && !isOver(one));

async function decide(row, form) {
  const chosen = form.querySelector("[name=resolution]:checked")?.value;
  if (!chosen) {
    complain({code: "other", says: ""});
    shown.problem.textContent = t("decide.pick");
    form.querySelector("[name=resolution]").focus();
    return;
  }
  const submit = form.querySelector("[type=submit]");
  submit.setAttribute("aria-disabled", "true");
  const word = form.querySelector("#case-note").value;
  const reply = await resolve(row.case, chosen, {...(word ? {note: word} : {}), ...(chosen === "merge" ? {into: form.querySelector("#case-into").value} : {})});
  submit.removeAttribute("aria-disabled");
  if (reply.type !== "decided") return complain(reply);
  announce(t("decide.done", {what: became(row, chosen)}));
  return settled(row);
}

/** Decided by me. The words go; where somebody could be sanctioned for it, that can still be done from here. */
function settled(row) {
  desk.claims.delete(row.case);
  const {host, next, back} = shown;
  const now = rowOf(row.case);
  clearInterval(shown.ticking);
  shown.mark = "decided";
  const follows = LADDER.has(row.kind) && mayDecide() ? ladder(now) : null;
  const done = h("div", {class: "stack desk-done"}, toList(back), h("h2", {tabindex: "-1", id: "case-title"}, became(row, now.resolution)),
    shown.problem, h("div", {class: "verbs"}, button(t("decide.next"), next, "main", {"data-first": ""})), follows);
  shown.problem.hidden = true;
  host.replaceChildren(done);
  shown.mark = JSON.stringify([now.case, now.state, now.mine, false, now.resolution, desk.bare.has(now.case), desk.rooms.size]);
  host.querySelector("[data-first]").focus();
}

export async function passOn() {
  const row = desk.open ? rowOf(desk.open) : null;
  if (!row || !claimOf(row.case)) return;
  const reply = await handOn(row.case);
  if (reply.type === "handed_on") announce(t("decide.handed"));
  else complain(reply);
}

export function toDecision() {
  shown?.host.querySelector("[name=resolution], [name=age]")?.focus();
}
