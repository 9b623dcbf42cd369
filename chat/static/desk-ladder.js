/* What follows for the person of a case: the published ladder (docs/ladder.md), a step with what it means, a reason.

   The page offers what a reason can lead to; how far the ladder goes for this person now, only the server knows, and
   says so. Nothing is chosen beforehand, and keeping somebody out is asked about once more. */

import {announce} from "./frame.js";
import {h} from "./dom.js";
import {sanction} from "./desk-cases.js";
import {button, refusal} from "./desk-rows.js";
import {dayOf, t, when} from "./words.js";

const STEPS = ["notice", "slow", "mute", "suspension", "ban"];
// Where a reason starts at most, and how far it can lead: the table of docs/ladder.md.
const GRAVITY = {
  harassment: ["notice", "ban"], hate: ["slow", "ban"], threat: ["suspension", "ban"], sexual: ["mute", "ban"], grooming: ["ban", "ban"],
  probing: ["notice", "suspension"], encouraging_harm: ["mute", "ban"], selling: ["mute", "ban"], scam: ["suspension", "ban"],
  spam: ["notice", "suspension"], doxxing: ["suspension", "ban"], impersonation: ["mute", "ban"], evasion: ["mute", "ban"],
};
const KEEPS_OUT = new Set(["suspension", "ban"]);

/** Folded away: most cases need none of it. */
export function ladder(row) {
  const range = h("p", {class: "hint", hidden: true});
  const steps = STEPS.map((step) => h("label", {class: "choice"}, h("input", {type: "radio", name: "step", value: step}),
    h("span", {}, h("strong", {}, t(`ladder.${step}`)), h("small", {}, t(`ladder.${step}-means`)))));
  const reason = h("select", {id: "ladder-reason", onchange: () => narrow(form, range)}, h("option", {value: ""}, t("ladder.choose")),
    ...Object.keys(GRAVITY).map((one) => h("option", {value: one}, t(`offence.${one}`))));
  const said = h("p", {class: "problem", role: "alert", hidden: true});
  const verbs = h("div", {class: "stack"});
  const form = h("form", {class: "stack", novalidate: true}, h("p", {class: "hint"}, t("ladder.hint")),
    h("div", {class: "field"}, h("label", {for: "ladder-reason"}, t("ladder.reason")), reason, range),
    h("fieldset", {class: "field"}, h("legend", {}, t("ladder.step")), h("div", {class: "choices ladder"}, ...steps)), said, verbs);
  const draw = (sure) => verbs.replaceChildren(...(sure
    ? [h("p", {}, t("ladder.sure")), h("div", {class: "verbs"}, button(t("ladder.no"), () => draw(false)), button(t("ladder.yes"), () => send(row, form, said), "main"))]
    : [h("div", {class: "verbs"}, h("button", {type: "submit", class: "quiet outlined"}, t("ladder.submit")))]));
  draw(false);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const step = stepOf(form);
    said.hidden = Boolean(reason.value && step);
    if (!said.hidden) said.textContent = t("ladder.pick");
    else if (KEEPS_OUT.has(step)) (draw(true), verbs.querySelector("button").focus());
    else send(row, form, said);
  });
  return h("details", {class: "unfold"}, h("summary", {}, t("ladder.title")), form);
}

const stepOf = (form) => form.querySelector("[name=step]:checked")?.value;

/** A reason goes only so far. */
function narrow(form, range) {
  const chosen = GRAVITY[form.querySelector("#ladder-reason").value];
  range.hidden = !chosen;
  if (!chosen) return;
  const [first, most] = chosen;
  range.textContent = t("ladder.range", {first: t(`ladder.${first}`), most: t(`ladder.${most}`)});
  for (const box of form.querySelectorAll("[name=step]")) {
    box.disabled = STEPS.indexOf(box.value) > STEPS.indexOf(most);
    if (box.disabled) box.checked = false;
  }
}

async function send(row, form, said) {
  const reply = await sanction(row, stepOf(form), form.querySelector("#ladder-reason").value);
  if (reply.type === "sanctioned") {
    const words = `${t("ladder.done", {step: t(`ladder.${reply.step}`)})}${reply.until ? ` ${t("ladder.until", {day: dayOf(reply.until), time: when(reply.until)})}` : ""}`;
    form.replaceChildren(h("p", {class: "calm", tabindex: "-1"}, words));
    form.firstElementChild.focus();
    return announce(words);
  }
  said.replaceChildren(...why(reply));
  said.hidden = false;
  return undefined;
}

/** Why not: in our words, and how far it may go where the server tells. */
function why(reply) {
  if (reply.code === "taken") return [t("ladder.taken")];
  if (reply.code !== "forbidden") return refusal(reply).filter(Boolean);
  const most = STEPS.find((step) => reply.says?.endsWith(`: ${step}.`));
  return [most ? t("ladder.most", {step: t(`ladder.${most}`)}) : t("ladder.no-disclosure")];
}
