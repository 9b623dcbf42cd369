/* The safety plan and private notes: a few questions a person answers on a better day, for a worse one.

   The order of the questions is that of Stanley and Brown's plan: signs, what I can do alone, people and places that
   take me elsewhere, people I can ask, lines, making the place around me safer. */

import {$, button, h} from "./dom.js";
import {announce} from "./frame.js";
import {settings} from "./store.js";
import {t} from "./words.js";
import {able, condition, empty, lock, read, relock, unlock, write} from "./vault.js";

export const QUESTIONS = ["signs", "alone", "places", "people", "lines", "safer", "reason"];
const NOTES = "notes";
const PLAN = "plan";
const SAVED_AFTER_MS = 500;
const state = {timers: new Map(), host: null, changed: null};

/** `changed()` is called when it was opened, locked or deleted. */
export function makePlan(changed) {
  state.changed = changed;
  state.host = h("div", {id: "plan", class: "stack"});
  return state.host;
}

const drawAgain = () => Promise.all([drawPlan(), state.changed?.()]);

export async function drawPlan() {
  const now = able() ? await condition().catch(() => "unable") : "unable";
  if (now === "unable") return state.host.replaceChildren(h("p", {class: "problem"}, t("plan.unable")));
  if (now === "locked") return state.host.replaceChildren(lockedForm());
  const plan = (await read(PLAN)) ?? {};
  const notes = (await read(NOTES)) ?? "";
  return state.host.replaceChildren(
    h("p", {class: "hint"}, t("plan.where")),
    ...QUESTIONS.map((name) => field(`plan-${name}`, t(`plan.${name}`), t(`plan.${name}_hint`), plan[name] ?? "", (words) => savePlan(name, words))),
    field("plan-notes", t("plan.notes"), t("plan.notes_hint"), notes, (words) => write(NOTES, words)),
    h("p", {id: "plan-saved", class: "hint", role: "status"}), lockForm());
}

function field(id, label, hint, value, save) {
  const box = h("textarea", {id, rows: 3, dir: "auto", autocomplete: "off", "aria-describedby": `${id}-hint`, oninput: () => later(id, () => save(box.value))});
  box.value = value;
  return h("div", {class: "field"}, h("label", {for: id}, label), h("p", {id: `${id}-hint`, class: "hint"}, hint), box);
}

function later(id, save) {
  clearTimeout(state.timers.get(id));
  $("plan-saved").textContent = "";
  state.timers.set(id, setTimeout(() => save().then(() => ($("plan-saved").textContent = t("plan.saved")), () => ($("plan-saved").textContent = t("plan.not_saved"))), SAVED_AFTER_MS));
}

async function savePlan(name, words) {
  settings.set("plan", true); // so that a card knows to look
  await write(PLAN, {...(await read(PLAN)), [name]: words});
}

function lockedForm() {
  const box = h("input", {id: "passphrase", type: "password", autocomplete: "off"});
  const problem = h("p", {class: "problem", role: "alert", hidden: true}, t("plan.wrong"));
  return h("form", {class: "stack", onsubmit: async (event) => {
    event.preventDefault();
    if (await unlock(box.value)) return drawAgain();
    problem.hidden = false;
    return box.focus();
  }}, h("label", {for: "passphrase"}, t("plan.passphrase")), box, problem, h("div", {class: "verbs"}, h("button", {type: "submit", class: "main"}, t("plan.unlock")), button(t("plan.forgot"), forget)));
}

function lockForm() {
  const box = h("input", {id: "new-passphrase", type: "password", autocomplete: "new-password", minlength: 8, "aria-describedby": "lock-hint"});
  const keep = async () => {
    await relock(box.value);
    box.value = "";
    $("plan-saved").textContent = t("plan.locked_now");
    announce(t("plan.locked_now"));
  };
  return h("details", {class: "folded"}, h("summary", {}, t("plan.lock")), h("p", {id: "lock-hint", class: "hint"}, t("plan.lock_hint")),
    h("label", {for: "new-passphrase"}, t("plan.new_passphrase")), box,
    h("div", {class: "verbs"}, button(t("plan.lock_with"), keep), button(t("plan.lock_now"), () => lock().then(drawAgain)), button(t("plan.delete"), forget)));
}

/** Twice, because it cannot be undone. */
async function forget(event) {
  const pressed = event.currentTarget;
  if (!pressed.dataset.sure) {
    pressed.dataset.sure = "yes";
    pressed.querySelector("span").textContent = t("plan.delete_sure");
    return;
  }
  await empty();
  settings.set("plan", null);
  await drawAgain();
}

/** The plan as it stands, for the beginning of a card: the questions with an answer; null where there is none. */
export async function planShown() {
  const plan = able() ? await read(PLAN).catch(() => null) : null;
  const answered = QUESTIONS.filter((name) => plan?.[name]?.trim());
  if (!answered.length) return null;
  return h("details", {class: "own-plan"}, h("summary", {}, t("plan.yours")), h("dl", {}, answered.flatMap((name) => [h("dt", {}, t(`plan.${name}`)), h("dd", {dir: "auto"}, plan[name])])));
}
