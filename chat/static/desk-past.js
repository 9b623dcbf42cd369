/* Beside a case: what was decided about this person before, and how old they are where that is what the case asks. */

import {announce} from "./frame.js";
import {h} from "./dom.js";
import {age} from "./desk-cases.js";
import {OFFENCES, STEPS} from "./desk-rows.js";
import {visit} from "./live.js";
import {dayOf, t, when} from "./words.js";

const AGES = ["adult", "teen", "child"];
const SAID = "age.said";

/** What was decided before, the newest first; null where a case is not about anybody's conduct. */
export function past(mine) {
  if (!mine.before) return null;
  const rows = mine.before.map((one) => h("li", {},
    h("p", {}, h("strong", {}, STEPS.has(one.step) ? t(`ladder.${one.step}`) : t("found.other")), ", ", t(`offence.${OFFENCES.has(one.reason) ? one.reason : "other"}`)),
    h("p", {class: "hint"}, [t("past.at", {day: dayOf(one.at), time: when(one.at)}), t(one.here ? "past.here" : "past.elsewhere"), one.mine ? t("desk.by-you") : "",
      one.holds ? (one.until ? t("ladder.until", {day: dayOf(one.until), time: when(one.until)}) : t("past.holds")) : t("past.over"),
      ["open", "upheld", "lifted"].includes(one.appeal) ? t(`past.${one.appeal}`) : ""].filter(Boolean).map((words) => words.replace(/\.$/, "")).join(" · "))));
  if (!rows.length) return h("p", {class: "hint case-past"}, t("past.none"));
  return h("details", {class: "unfold case-past"}, h("summary", {}, t("past.title", {n: rows.length})), h("ol", {role: "list", class: "past"}, ...rows), h("p", {class: "hint"}, t("past.hint")));
}

export const asksAge = (row) => (row.rules ?? []).includes(SAID);
export const mayTellAge = () => (visit.scopes ?? []).includes("teen_vetted");

/** How old somebody is, as far as it matters here. `done(words)`: it was said. */
export function ages(id, done) {
  const problem = h("p", {class: "problem", role: "alert", hidden: true, dir: "auto"});
  const pick = (one) => h("label", {class: "choice"}, h("input", {type: "radio", name: "age", value: one}), h("span", {}, h("strong", {}, t(`age.${one}`)), h("small", {}, t(`age.${one}-means`))));
  const form = h("form", {class: "stack ages", novalidate: true, "aria-label": t("age.title")}, h("p", {class: "hint"}, t("age.hint")),
    h("fieldset", {class: "field"}, h("legend", {}, t("age.title")), h("div", {class: "choices"}, ...AGES.map(pick))), problem,
    h("div", {class: "verbs"}, h("button", {type: "submit", class: "main"}, t("age.submit"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = form.querySelector("[name=age]:checked")?.value;
    const reply = chosen ? await age(id, chosen) : {says: t("age.pick")};
    problem.hidden = reply.type === "aged";
    problem.textContent = reply.type === "aged" ? "" : (reply.says ?? t("no.other"));
    if (reply.type !== "aged") return;
    const words = t(reply.state === "after" ? "age.after" : "age.done");
    announce(words);
    done(words);
  });
  return form;
}
