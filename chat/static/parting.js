/* The ways out of a conversation of two, and what is asked after it.

     end for today (20 s to take it back) · leave now · never meet again · tell the team        always, without a reason
     after: how was it, would you talk again, where to now        nothing is asked of who was stayed with

   Whatever somebody chooses, the other sees the same. Nothing here asks twice, but telling the team, which has words. */

import {button, choice, chosenOf, newId, panel, says, select, ticks} from "./boxes.js";
import {h} from "./dom.js";
import {announce} from "./frame.js";
import {helpNow} from "./help.js";
import {ask} from "./live.js";
import {moodDoor} from "./mood.js";
import {keepAfter} from "./pair.js";
import {act} from "./pair-acts.js";
import {newKey} from "./rooms.js";
import {go} from "./router.js";
import {tomorrow} from "./tomorrow.js";
import {t} from "./words.js";

const REASONS = ["harassment", "sexual", "grooming", "threat", "encouraging_harm", "selling", "scam", "impersonation", "other"];

/** The panel "leaving in another way". `done()` puts it away. */
export function leaving(one, done) {
  const out = async (type, more) => {
    const reply = await act(type, one.room, more);
    if (reply.type !== "refused") done();
    return reply;
  };
  const told = h("div", {class: "stack", hidden: true});
  const tell = button(t("leave.report"), () => {
    told.hidden = !told.hidden;
    tell.setAttribute("aria-expanded", String(!told.hidden));
    if (!told.hidden) told.querySelector("select").focus();
  }, "quiet outlined", {"aria-expanded": "false"});
  const note = newId("note");
  const area = h("textarea", {id: note, rows: "2", maxlength: "1000", dir: "auto"});
  const problem = h("p", {class: "problem", role: "alert", hidden: true});
  const send = async () => {
    const reply = await out("step_out", {report: told.querySelector("select").value, ...(area.value.trim() ? {note: area.value.trim()} : {})});
    problem.hidden = reply.type !== "refused";
    problem.textContent = reply.says ?? "";
  };
  told.append(select(t("leave.reason"), "reason", REASONS.map((one) => [one, t(`reason.${one}`)]), "harassment"),
    h("div", {class: "field"}, h("label", {for: note}, t("leave.note")), area), problem, button(t("leave.send"), send, "main"));
  return panel("leaving", t("leave.title"), h("p", {class: "hint"}, t("leave.hint")),
    h("div", {class: "verbs"}, button(t("leave.out"), () => out("step_out")), button(t("leave.block"), () => out("block")), tell, button(t("leave.back"), done, "quiet")), told);
}

/** Propose to hand the seeker on, with a summary. */
export function givingOn(one, done) {
  const id = newId("summary");
  const hint = newId("hint");
  const area = h("textarea", {id, rows: "3", maxlength: "2000", dir: "auto", "aria-describedby": hint});
  const problem = h("p", {class: "problem", role: "alert", hidden: true});
  const propose = async () => {
    const reply = await act("transfer", one.room, {summary: area.value.trim()});
    problem.hidden = reply.type === "transferring";
    problem.textContent = reply.says ?? "";
    if (reply.type === "transferring") done();
  };
  return panel("giving", t("give.title"), h("div", {class: "field"}, h("label", {for: id}, t("give.summary")), h("p", {id: hint, class: "hint"}, t("give.summary-hint")), area), problem,
    h("div", {class: "verbs"}, button(t("give.propose"), propose, "main"), button(t("leave.back"), done, "quiet")));
}

// ------------------------------------------------------------------ afterwards

const yesNo = (key, name) => choice(t(key), name, [["yes", t("after.yes")], ["no", t("after.no")]]);

/** How it was: for the seeker or the listener; everything can be left out. */
export function survey(one, done) {
  const seeker = one.role === "seeker";
  const id = newId("line");
  const hint = newId("hint");
  const area = h("textarea", {id, rows: "2", maxlength: "1000", dir: "auto", "aria-describedby": hint});
  const made = h("form", {class: "stack", novalidate: true},
    ...(seeker
      ? [yesNo("after.heard", "heard"), choice(t("after.feel"), "feel", ["better", "same", "worse"].map((one) => [one, t(`after.${one}`)])), yesNo("after.safe", "safe")]
      : [ticks(t("after.listener"), null, "mine", ["ok", "heavy", "debrief"].map((one) => [one, t(`after.${one}`)]))]),
    h("div", {class: "field"}, h("label", {for: id}, t("after.line")), h("p", {id: hint, class: "hint"}, t("after.line-hint")), area),
    h("div", {class: "verbs"}, h("button", {type: "submit", class: "main"}, t("after.send")), button(t("after.skip"), done, "quiet")));
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    const reply = await ask({type: "feedback", session: one.session, key: newKey(), ...answers(made, seeker), ...(area.value.trim() ? {line: area.value.trim()} : {})});
    announce(reply.says ?? "");
    done(reply.says);
  });
  return made;
}

function answers(made, seeker) {
  const said = {};
  if (!seeker) {
    for (const name of chosenOf(made, "mine")) said[name] = true;
    return said;
  }
  for (const name of ["heard", "safe"]) for (const value of chosenOf(made, name)) said[name] = value === "yes";
  for (const value of chosenOf(made, "feel")) said.feel = value;
  return said;
}

function again(one) {
  const press = button(t("after.again"), async () => {
    const reply = await ask({type: "again", session: one.session, key: newKey()});
    const words = reply.type === "again" ? t("after.again-said") : (reply.says ?? "");
    const said = h("p", {class: "hint", dir: "auto", tabindex: "-1"}, words);
    const focused = press === document.activeElement;
    press.replaceWith(said);
    if (focused) said.focus();
    announce(words);
  });
  return press;
}

const DOORS = {
  seek: () => button(t("session.ask"), () => go("ask")), room: () => button(t("session.rooms"), () => go("rooms")),
  line: () => button(t("session.line"), () => helpNow()),
};

function doors(one) {
  if (one.role === "listener") return [button(t("after.rest"), () => go("listen"), "main")];
  if (one.role === "guest") return [button(t("after.respond"), () => go("respond"), "main")];
  return (one.closed.next ?? ["seek", "room", "line"]).map((name) => DOORS[name]?.()).filter(Boolean);
}

/** What stands where the conversation ended. */
export function afterwards(one) {
  const words = h("div", {class: "stack"});
  const heavy = one.wasHeld && one.role === "seeker";
  const thank = (text) => {
    one.thanked = text ?? "";
    keepAfter(one);
    const focused = words.contains(document.activeElement);
    words.replaceChildren(...(text ? [says(text)] : []));
    if (focused) words.closest("section").querySelector("h2").focus();
  };
  if (typeof one.thanked === "string") thank(one.thanked);
  else if (heavy) words.append(h("p", {}, t("after.held")));
  else if (one.role !== "guest") words.append(...(one.role === "seeker" ? [h("p", {}, t("after.seeker"))] : []), survey(one, thank));
  return panel("after", t("after.title"), words, one.role === "guest" || !one.with ? null : h("div", {class: "verbs"}, again(one)), one.role === "guest" || heavy ? null : moodDoor("after"), one.role === "seeker" ? tomorrow() : null, h("h3", {}, t("after.doors")), h("div", {class: "verbs"}, ...doors(one)), h("p", {class: "hint"}, t("after.read")));
}
