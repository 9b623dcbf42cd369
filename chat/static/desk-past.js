/* Beside a case: what was decided about this person before, and whether what the case asks is how old they are. */

import {h} from "./dom.js";
import {OFFENCES, STEPS} from "./desk-rows.js";
import {dayOf, t, when} from "./words.js";

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
