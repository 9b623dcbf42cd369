/* The moments of a conversation of two, as panels above it: each is a question or a word of the server's, drawn from the
   session's notes (pair.js) and gone when it is answered or the state has moved on.

     limits · still here? · a few minutes left · handing on · about to end                both
     shall we bring someone? · guide · a first word, please                              the listener */

import {button, everySecond, left, newId, panel, says} from "./boxes.js";
import {h} from "./dom.js";
import {remember, remembers} from "./pair.js";
import {act} from "./pair-acts.js";
import {t, when} from "./words.js";

function limits(one, done) {
  if (!one.limits || one.role === "guest" || remembers("limits", one.room)) return null;
  const read = () => {
    remember("limits", one.room);
    done(true);
  };
  const lines = String(one.limits).split(/(?<=\.)\s+/);
  return panel("limits", t("limits.title"), h("ul", {class: "rules"}, ...lines.map((line) => h("li", {dir: "auto"}, line))), h("div", {class: "verbs"}, button(t("limits.ok"), read, "main")));
}

function still(one) {
  if (!one.notes.still) return null;
  const here = () => act("still", one.room);
  return panel("still", t("still.title"), says(one.notes.still.says),
    h("div", {class: "verbs"}, button(t("still.here"), here, "main"), button(t("still.minute"), here), button(t("still.done"), () => act("close", one.room, {why: "done"}))));
}

function bell(one, done) {
  const note = one.notes.bell;
  if (note) {
    const more = async () => {
      const reply = await act("extend", one.room);
      if (reply.type !== "extended") return;
      one.notes = {...one.notes, bell: reply.until ? undefined : {...note, waits: true}, extended: reply.until ? {until: reply.until} : undefined};
      done();
    };
    const fine = () => {
      delete one.notes.bell;
      done(true);
    };
    return panel("bell", t("bell.title"), note.waits ? h("p", {}, t("bell.asked")) : says(note.says),
      h("div", {class: "verbs"}, note.waits ? null : button(t("bell.more"), more, "main"), button(t("bell.fine"), fine)));
  }
  if (!one.notes.extended) return null;
  const ok = () => {
    delete one.notes.extended;
    done(true);
  };
  const {until, says: words} = one.notes.extended;
  return panel("bell", t("bell.more-title"), says(words), until ? h("p", {}, t("bell.until", {time: when(until)})) : null, h("div", {class: "verbs"}, button(t("notice.ok"), ok)));
}

/** Handing on: what the seeker is asked, with the summary as they want it; what each sees meanwhile. */
function transfer(one, done) {
  const note = one.notes.transfer;
  if (!note) return null;
  if (note.code === "transfer_asked" && one.role === "seeker" && !note.answered) {
    const id = newId("summary");
    const hint = newId("hint");
    const area = h("textarea", {id, rows: "3", maxlength: "2000", dir: "auto", "aria-describedby": hint});
    area.value = note.summary ?? "";
    const problem = h("p", {class: "problem", role: "alert", hidden: true});
    const answer = async (more) => {
      const reply = await act("transfer", one.room, more);
      problem.hidden = reply.type === "transferring";
      problem.textContent = reply.says ?? "";
      if (reply.type === "transferring") (note.answered = true, done(true));
    };
    return panel("transfer", t("give.title"), says(note.says), h("div", {class: "field"}, h("label", {for: id}, t("give.yours")), h("p", {id: hint, class: "hint"}, t("give.yours-hint")), area), problem,
      h("div", {class: "verbs"}, button(t("give.no"), () => answer({to: ""}), "main"), button(t("give.yes"), () => answer({summary: area.value}))));
  }
  const words = note.code === "transfer_asked" ? t(one.role === "seeker" ? "give.looking" : "give.asked") : null;
  return panel("transfer", t("give.title"), words ? h("p", {}, words) : says(note.says));
}

function closing(one) {
  if (one.state !== "closing") return null;
  const clock = h("p", {class: "hint clock"});
  const made = panel("closing", t("close.title"), says(one.says), h("p", {}, t("close.carry")), clock,
    one.mine || one.notes.closing?.byTime ? h("div", {class: "verbs"}, button(t("close.undo"), () => act("undo", one.room), "main")) : null);
  if (one.until) setTimeout(() => everySecond(clock, () => (clock.textContent = t("close.seconds", {n: left(one.until)}))));
  return made;
}

function bring(one, done) {
  if (!one.notes.bring || one.role !== "listener") return null;
  const say = async (choice) => {
    await act("join_ok", one.room, {choice});
    delete one.notes.bring;
    done(true);
  };
  return panel("bring", t("guide.bring-title"), says(one.notes.bring.says), h("div", {class: "verbs"}, button(t("guide.bring"), () => say("yes"), "main"), button(t("guide.not"), () => say("not_yet"))));
}

/** For whoever listens while somebody is held: plain, short, and the way out. */
function guide(one) {
  if (one.role === "seeker" || one.state !== "stay") return null;
  const lines = ["guide.held-1", "guide.held-2", "guide.held-3", ...(one.role === "listener" ? ["guide.held-4"] : [])];
  return panel("guide", t("guide.held-title"), h("ul", {class: "rules"}, ...lines.map((key) => h("li", {}, t(key)))));
}

function nudge(one) {
  return one.notes.nudge && one.role === "listener" ? panel("nudge", t("guide.title"), says(one.notes.nudge.says)) : null;
}

const MOMENTS = {limits, closing, still, bell, transfer, bring, guide, nudge};

/** What a moment depends on: it is made anew only when that has changed, so that no half-written word is lost. */
const marks = (one) => ({
  limits: remembers("limits", one.room), closing: [one.state === "closing", one.until, one.mine], still: one.notes.still, bell: [one.notes.bell, one.notes.extended],
  transfer: one.notes.transfer, bring: one.notes.bring, guide: [one.role, one.state === "stay"], nudge: one.notes.nudge,
});

/** Draw what there is now into `host`; `done(true)` when a panel was answered and the focus should go to the words. */
export function drawMoments(host, one, done) {
  const wanted = marks(one);
  for (const [name, make] of Object.entries(MOMENTS)) {
    const mark = JSON.stringify([one.room, one.role, wanted[name] ?? null]);
    const before = host.querySelector(`:scope > [data-moment=${name}]`);
    if (before?.dataset.mark === mark) continue;
    const place = before ?? host.appendChild(h("div", {"data-moment": name}));
    const focused = place.contains(document.activeElement);
    place.dataset.mark = mark;
    const made = one.closed ? null : make(one, done);
    place.hidden = !made;
    place.replaceChildren(...(made ? [made] : []));
    if (focused) (made ? made.querySelector("h2").focus() : done(true));
  }
}
