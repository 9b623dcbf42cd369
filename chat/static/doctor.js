/* How do I ask a doctor? Words to take along (F46): made here from what a person fills in, sent nowhere, kept nowhere.

     fields and ticks ──▶ the words, as they would be said ──▶ copied, or shown large across the desk

   A clipboard is the only place they go to, and only when asked. Where there is none, the words are marked instead. */

import {ticks} from "./boxes.js";
import {button, h} from "./dom.js";
import {t} from "./words.js";

const FIELDS = ["since", "how", "worst", "want", "afraid"];
const QUESTIONS = ["choices", "medicine", "who_sees", "with_me", "worse"];

/** The lines as somebody would say them: [[before, own words or null]…]. */
function lines(form) {
  const own = FIELDS.map((name) => [t(`doctor.${name}_says`), form.querySelector(`#doctor-${name}`).value.trim()]).filter(([, words]) => words);
  const asked = QUESTIONS.filter((name) => form.querySelector(`[name=doctor-asks][value=${name}]`).checked).map((name) => [t(`doctor.ask_${name}`), null]);
  return [[t("doctor.hello"), null], ...own, ...asked, [t("doctor.end"), null]];
}

function field(name, draw) {
  const box = h("input", {id: `doctor-${name}`, autocomplete: "off", dir: "auto", oninput: draw});
  return h("div", {class: "field"}, h("label", {for: `doctor-${name}`}, t(`doctor.${name}`)), box);
}

function mark(node) {
  const range = document.createRange();
  range.selectNodeContents(node);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

/** The section of the view with more help. */
export function makeDoctor() {
  const script = h("div", {class: "script", id: "doctor-script"});
  const said = h("p", {class: "hint", role: "status"});
  const draw = () => {
    said.textContent = "";
    script.replaceChildren(...lines(form).map(([before, words]) => h("p", {}, words === null ? before : h("span", {}, before), ...(words === null ? [] : [" ", h("bdi", {}, words)]))));
  };
  const copy = async () => {
    const words = lines(form).map((parts) => parts.filter(Boolean).join(" ")).join("\n\n");
    try {
      await navigator.clipboard.writeText(words);
      said.textContent = t("doctor.copied");
    } catch {
      mark(script);
      said.textContent = t("doctor.marked");
    }
  };
  const large = button(t("doctor.large"), () => {
    const on = script.classList.toggle("large");
    large.setAttribute("aria-pressed", String(on));
    if (on) script.scrollIntoView({block: "center"});
  }, {"aria-pressed": "false"});
  const form = h("div", {class: "stack"}, FIELDS.map((name) => field(name, draw)),
    ticks(t("doctor.asks"), null, "doctor-asks", QUESTIONS.map((name) => [name, t(`doctor.ask_${name}`)])));
  form.addEventListener("change", draw);
  draw();
  return h("section", {class: "sheet", "aria-labelledby": "doctor-title"},
    h("h2", {id: "doctor-title", tabindex: "-1"}, t("doctor.title")), h("p", {class: "hint"}, t("doctor.lead")),
    h("div", {class: "script"}, h("p", {class: "hint"}, t("doctor.desk")), h("p", {}, t("doctor.desk_says"))),
    form, h("h3", {}, t("doctor.yours")), script, h("div", {class: "verbs"}, button(t("doctor.copy"), copy, {kind: "main"}), large), said);
}
