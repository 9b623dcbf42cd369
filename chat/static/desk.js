/* The review desk: a list by urgency and age, and the case that is looked at beside it (below it on a phone).

     list (one stop of Tab, arrows move) ─ Enter ─▶ the case ─ c: take ─ v: uncover ─ d: decide ─ h: hand on ─▶ next

   The list is redrawn when it changes, and keeps the focus on the same case. What others do is announced once: a case
   that came, or what became of the one that is looked at; one's own doings are announced where they are done. */

import {announce} from "./frame.js";
import {h} from "./dom.js";
import {cover, draw as drawCase, focusTitle, passOn, takeIt, toDecision} from "./desk-case.js";
import {desk, isOver, load, loadMore, look, mayDecide, mayLook, open, show, watch} from "./desk-cases.js";
import {ageOf, became, button, found, kindOf, rank, where} from "./desk-rows.js";
import {conversations} from "./desk-joinable.js";
import {go} from "./router.js";
import {settings} from "./store.js";
import {learn, t} from "./words.js";
import {words} from "./words-desk.js";
import {words as ladder} from "./words-ladder.js";

learn(words);
learn(ladder);

const AGES_MS = 30_000;
const KEYS = [["↑ ↓ · j k", "move"], ["Enter", "open"], ["c", "claim"], ["v", "cover"], ["d", "decide"], ["h", "hand"], ["l", "list"]];

let host;
let list;
let beside;
let count;
let ages;
let kept = null; // the case the list's one stop of Tab is at

// ------------------------------------------------------------------ the list

function item(row) {
  const mark = rowMark(row);
  const line = h("button", {type: "button", class: "case", "data-case": row.case, tabindex: "-1", "aria-current": desk.open === row.case ? "true" : null, onclick: () => choose(row.case)},
    h("span", {class: "case-line"}, rank(row), h("span", {class: "case-age"}, ageOf(row, isOver(row) ? "desk.ago" : "desk.since"))),
    h("span", {class: "case-kind"}, kindOf(row)),
    h("span", {class: "case-where"}, where(row), row.band === "teen" ? h("span", {class: "tag"}, t("desk.teen")) : null),
    h("span", {class: "case-found"}, found(row).join(" · ")),
    mark ? h("span", {class: "tag case-mark"}, mark) : null);
  return h("li", {class: row.state === "claimed" && !row.mine ? "elsewhere" : null}, line);
}

function rowMark(row) {
  if (isOver(row)) return [row.resolution ? became(row, row.resolution) : t("case.ended"), row.resolution ? t(row.mine ? "desk.by-you" : "desk.by-other") : null].filter(Boolean).join(", ");
  if (desk.bare.has(row.case)) return t("desk.passed");
  if (row.state === "claimed") return t(row.mine ? "desk.yours" : "desk.theirs");
  return null;
}

function drawList() {
  if (!list) return;
  const focused = list.contains(document.activeElement);
  const scrolled = list.scrollTop;
  const ended = desk.tab === "ended";
  list.setAttribute("aria-label", t(ended ? "desk.history" : "desk.queue"));
  list.replaceChildren(...desk.rows.map(item));
  list.scrollTop = scrolled;
  list.hidden = !desk.rows.length;
  count.textContent = !desk.loaded ? "" : desk.rows.length ? (ended ? "" : t(desk.more ? "desk.count-more" : "desk.count", {n: desk.rows.length})) : t(ended ? "desk.empty-ended" : "desk.empty");
  host.querySelector(".desk-more").hidden = !desk.more;
  for (const tab of host.querySelectorAll("[data-tab]")) tab.setAttribute("aria-pressed", String(tab.dataset.tab === desk.tab));
  rove(focused);
}

const lines = () => [...list.querySelectorAll(".case")];

/** One line can be reached by Tab: the one last stood on, else the open one, else the first. */
function rove(focus) {
  const all = lines();
  const at = all.find((line) => line.dataset.case === kept) ?? all.find((line) => line.dataset.case === desk.open) ?? all[0];
  for (const line of all) line.tabIndex = line === at ? 0 : -1;
  if (at) kept = at.dataset.case;
  if (focus) (at ?? host.querySelector("h1")).focus();
}

function move(by) {
  const all = lines();
  if (!all.length) return;
  const at = all.findIndex((line) => line.dataset.case === kept);
  const to = all[Math.min(all.length - 1, Math.max(0, list.contains(document.activeElement) ? at + by : at))];
  kept = to.dataset.case;
  rove(true);
}

// ------------------------------------------------------------------ the case

function choose(id) {
  kept = id;
  open(id);
  focusTitle();
}

const back = () => {
  open(null);
  rove(true);
};

/** The next that is free: mine first, then the most urgent. */
function next() {
  const free = desk.rows.find((row) => !isOver(row) && row.mine) ?? desk.rows.find((row) => row.state === "open" && !desk.bare.has(row.case));
  if (free) return choose(free.case);
  open(null);
  return host.querySelector("h1").focus();
}

function drawBeside() {
  if (!beside) return;
  beside.parentElement.classList.toggle("one", desk.open !== null);
  drawCase(beside, {back, next});
  for (const line of lines()) {
    if (line.dataset.case === desk.open) line.setAttribute("aria-current", "true");
    else line.removeAttribute("aria-current");
  }
}

const TOLD = {
  new: (rows) => (rows.length === 1 ? t("desk.new", {kind: kindOf(rows[0]), rank: rank(rows[0]).textContent}) : t("desk.new-many", {n: rows.length})),
  gone: () => t("desk.gone"),
  theirs: () => t("desk.taken-now"),
  free: () => t("desk.free-now"),
  over: () => t("case.over"),
};

watch((what, detail) => {
  if (!list) return;
  if (TOLD[what]) announce(TOLD[what](detail));
  if (what === "list") (drawList(), drawBeside());
  if (what === "case") drawBeside();
});

// ------------------------------------------------------------------ keys

const ACT = {ArrowDown: () => move(1), ArrowUp: () => move(-1), j: () => move(1), k: () => move(-1), c: takeIt, v: () => cover(), d: toDecision, h: passOn, l: back};

/** Single keys, only while the desk has the focus, never while somebody writes or chooses, and only if wanted. */
function onKey(event) {
  const {key, target} = event;
  if (!list || event.ctrlKey || event.metaKey || event.altKey || !ACT[key]) return;
  if (target.closest("input, select, textarea")) return;
  const arrows = key.startsWith("Arrow");
  if (arrows ? !list.contains(target) : settings.get("desk-keys") === false) return;
  event.preventDefault();
  ACT[key]();
}

function keys() {
  const wanted = h("input", {type: "checkbox", checked: settings.get("desk-keys") !== false, onchange: () => settings.set("desk-keys", wanted.checked)});
  return h("details", {class: "unfold desk-keys"}, h("summary", {}, t("desk.keys")),
    h("dl", {class: "key-list"}, ...KEYS.map(([key, name]) => h("div", {}, h("dt", {}, h("kbd", {dir: "auto"}, key === "Enter" ? t("desk.enter") : key)), h("dd", {}, t(`desk.key-${name}`))))),
    h("label", {class: "key-tick"}, wanted, h("span", {}, t("desk.keys-on"))));
}

// ------------------------------------------------------------------ the view

function closed() {
  return [h("div", {class: "sheet"}, h("p", {}, t("desk.closed")), h("div", {class: "verbs"}, button(t("desk.sign-in"), () => go("staff"), "main")))];
}

function opened() {
  const tab = (name) => button(t(`desk.${name}`), () => show(name), "quiet", {"data-tab": name, "aria-pressed": "false"});
  list = h("ul", {class: "cases", role: "list"});
  beside = h("section", {class: "sheet desk-case", "aria-label": t("case.about")});
  count = h("p", {class: "hint desk-count"});
  return [h("div", {class: "desk-list"}, h("div", {class: "tabs", role: "group", "aria-label": t("desk.tabs")}, tab("waiting"), tab("ended")), count, list,
    h("div", {class: "verbs desk-more", hidden: true}, button(t("desk.more"), loadMore)), mayDecide() ? conversations() : null, keys()), beside];
}

/** What stands below the title depends on who looks, and that can change while the page is open. */
function furnish() {
  if (mayLook() === Boolean(list)) return;
  list = beside = null;
  host.querySelector(".desk").replaceChildren(...(mayLook() ? opened() : closed()));
}

export const view = {
  make() {
    list = beside = null;
    const body = h("div", {class: "desk"}, ...closed());
    body.addEventListener("keydown", onKey);
    host = h("div", {}, h("div", {class: "desk-head"}, h("h1", {id: "desk-title"}, t("desk.title")), h("p", {class: "lead"}, t("desk.lead"))), body);
    return host;
  },
  enter() {
    furnish();
    if (!list) return;
    look(true);
    drawList();
    drawBeside();
    clearInterval(ages);
    ages = setInterval(drawList, AGES_MS);
  },
  leave() {
    clearInterval(ages);
    look(false);
    desk.claims.clear();
    open(null);
  },
  title: "desk.title",
  home: true,
  wide: true,
  needs: "visit",
};
