/* What the desk says of a case, in words: its kind, its place, its age, what was found, what a refusal means. */

import {desk} from "./desk-cases.js";
import {h} from "./dom.js";
import {has, span, t} from "./words.js";

const FOUND = new Set(["contact", "amount", "identity", "crisis", "context", "harassment", "hate", "encourage", "groom", "move", "method", "drugs", "medical", "eating", "sexual", "dox", "scam", "spam", "staff", "flood", "model", "session", "shield", "asks", "age"]);
export const OFFENCES = new Set(["harassment", "hate", "threat", "sexual", "grooming", "probing", "encouraging_harm", "selling", "scam", "spam", "doxxing", "impersonation", "evasion"]);
export const STEPS = new Set(["notice", "slow", "mute", "suspension", "ban"]);
const KINDS = new Set(["held", "fault", "crisis", "report", "concern", "shield", "appeal"]);
const NOTES = new Set(["personal_detail", "unkind", "unsafe_detail", "not_here", "advertising", "misread", "duplicate", "looked_after", "not_against_rules"]);
const JUDGED = new Set(["report", "shield", "appeal"]);

export const kindOf = (row) => t(`desk.kind-${KINDS.has(row.kind) ? row.kind : "other"}`);
export const isSession = (row) => row.room.startsWith("session:");
export const age = (row) => Math.max(0, Date.now() - new Date(row.at).getTime());
export const ageOf = (row, key) => (age(row) < 60_000 ? t("desk.just") : t(key, {span: span(Math.round(age(row) / 1000))}));

/** Where it was, as a node: the title of a room is the operator's text. */
export function where(row) {
  if (desk.rooms.has(row.room)) return h("bdi", {}, desk.rooms.get(row.room));
  if (row.room === "inbox" || isSession(row)) return h("span", {}, t(isSession(row) ? "desk.in-session" : "desk.in-person"));
  return h("bdi", {}, row.room);
}

/** What was found, in words, each once. */
export function found(row) {
  const doubtsLast = [...(row.rules ?? [])].sort((one, two) => one.startsWith("model.") - two.startsWith("model."));
  const told = doubtsLast.map((rule) => {
    const [family, rest = ""] = rule.split(".");
    const offence = t(`offence.${OFFENCES.has(rest) ? rest : "other"}`);
    if (family === "report") return t("found.reported", {what: offence});
    if (STEPS.has(family)) return t("found.step", {step: t(`ladder.${family}`), reason: offence});
    return t(`found.${FOUND.has(family) ? family : "other"}`);
  });
  return told.length ? [...new Set(told)] : [t("found.nothing")];
}

export const rank = (row) => h("span", {class: `rank rank-${row.rank}`}, t(`desk.rank-${Math.min(5, Math.max(0, row.rank))}`));

/** The reason that its author reads. */
export const note = (word) => (NOTES.has(word) ? t(`note.${word}`) : word);

/** The key of a resolution's words: what is upheld differs by the kind of case. */
export const named = (row, resolution) => (resolution === "uphold" ? `uphold-${JUDGED.has(row.kind) ? row.kind : "report"}` : resolution);

/** What became of it, in words; a word of a newer server as it stands. */
export const became = (row, resolution) => (has(`decide.${named(row, resolution)}`) ? t(`decide.${named(row, resolution)}`) : resolution);

export const button = (words, act, kind = "quiet outlined", more = {}) => h("button", {type: "button", class: kind, onclick: act, ...more}, words);

/** A button's words with the key that does the same. */
export const press = (key, words) => h("span", {}, words, " ", h("kbd", {"aria-hidden": "true", dir: "auto"}, key));

/** What a refusal means here; the words of the server where we have none of our own. */
export function refusal(reply) {
  const known = ["taken", "closed", "not_found", "unavailable"].includes(reply.code);
  return [t(`no.${known ? reply.code : reply.code === "forbidden" ? "forbidden" : "other"}`), known || !reply.says ? null : h("span", {dir: "auto", class: "said"}, " ", reply.says)];
}
