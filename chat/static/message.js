/* One message as it is drawn: grouped by person and time, answered, reacted to, noted, changed or taken back. */

import {isMuted, leftOut, wishOf} from "./apart.js";
import {button, h, icon} from "./dom.js";
import {dayOf, t, when} from "./words.js";

export const REACTIONS = ["hug", "heart", "with_you", "same_here", "thank_you", "strength", "candle", "proud"];
export const THEMES = ["suicide", "self_harm", "abuse", "sexual_violence", "violence", "eating", "substances", "loss", "birth", "medical", "psychosis"];

const GROUP_MS = 5 * 60_000; // messages of one person closer than this share a name line
const HUES = 8;
const QUOTED = 120;

/** A steady soft colour for an alias: it says "the same person in this room", nothing more. */
const hue = (aliasId = "") => ([...aliasId].reduce((sum, letter) => Math.imul(sum ^ letter.codePointAt(0), 16777619), 2166136261) >>> 9) % HUES;
const initial = (name = "") => [...name.trim()][0]?.toUpperCase() ?? "·";

export const avatar = (from) => h("span", {class: `avatar hue-${hue(from?.alias_id)}`, "aria-hidden": "true"}, initial(from?.name));
export const nameOf = (item) => (item.mine ? t("room.you") : (item.from?.name ?? t("room.someone")));
export const sameDay = (a, b) => new Date(a.at).toDateString() === new Date(b.at).toDateString();
export const themes = (notes) => notes.map((note) => t(`noted.${note}`)).join(", ");

/** Put a <mark> around each span. Spans count code points of the text. */
export function marked(text, findings = []) {
  const letters = [...text];
  const spans = findings.map(({span}) => span).filter((span) => span && span[1] > span[0]).sort((a, b) => a[0] - b[0]);
  const parts = [];
  let at = 0;
  for (const [start, end] of spans) {
    if (start < at) continue;
    parts.push(letters.slice(at, start).join(""), h("mark", {}, letters.slice(start, end).join("")));
    at = end;
  }
  return [...parts, letters.slice(at).join("")].filter((part) => part !== "");
}

/** Why something was covered or stopped: each reason once, with the words it is about when the text is given. */
export function reasons(findings = [], text = "") {
  const letters = [...text];
  const said = new Map(findings.filter((finding) => finding.says).map(({says, span}) => [says, letters.slice(...(span ?? [0, 0])).join("")]));
  return said.size ? h("ul", {class: "reasons"}, ...[...said].map(([says, words]) => h("li", {dir: "auto"}, words ? h("mark", {}, words) : null, words ? " " : null, says))) : null;
}

function quote(room, id) {
  const to = room.items.get(id);
  if (!to) return h("p", {class: "quoted"}, t("room.reply_earlier"));
  const words = isMuted(room, to.from?.alias_id) ? t("room.quoted_muted") : to.redacted ? t("room.taken_back_short") : to.notes?.length ? t("room.note", {themes: themes(to.notes)}) : [...(to.text ?? "")].slice(0, QUOTED).join("");
  return h("p", {class: "quoted", dir: "auto"}, h("bdi", {}, nameOf(to)), ": ", h("bdi", {}, words));
}

/** Blurred until somebody opens it; what is blurred is not read out either. */
function noted(item, words, act) {
  if (wishOf(item.notes) === "hide" && !item.mine) return [h("p", {class: "tag"}, t("room.note_left_out", {themes: themes(item.notes)}))];
  if (wishOf(item.notes) === "show" || act.opened.has(item.id) || item.mine) return [h("p", {class: "tag"}, t("room.note", {themes: themes(item.notes)})), words];
  words.setAttribute("aria-hidden", "true");
  words.classList.add("blurred");
  const open = button(t("room.note_open", {themes: themes(item.notes)}), () => {
    act.opened.add(item.id);
    words.classList.remove("blurred");
    words.removeAttribute("aria-hidden");
    open.replaceWith(h("p", {class: "tag", tabindex: "-1"}, t("room.note", {themes: themes(item.notes)})));
    words.setAttribute("tabindex", "-1");
    words.focus({preventScroll: true});
  }, {kind: "quiet outlined note-open"});
  return [open, words];
}

function body(item, act) {
  if (item.redacted) return [h("p", {class: "gone"}, t(item.mine ? "room.you_took_back" : "room.taken_back"))];
  const words = h("p", {class: "words", dir: "auto"}, item.text ?? item.says ?? "");
  return item.notes?.length ? noted(item, words, act) : [words];
}

function tags(item) {
  if (item.redacted) return null;
  const covered = item.findings?.length || (Array.isArray(item.masked) ? item.masked.length : item.masked);
  const parts = [];
  if (item.edited) parts.push(h("span", {class: "tag"}, t("room.changed")));
  if (covered && item.mine && item.findings?.length) parts.push(h("details", {class: "tag-more"}, h("summary", {}, icon("kept"), t("room.covered_yours")), reasons(item.findings)));
  else if (covered) parts.push(h("span", {class: "tag"}, icon("kept"), t("room.covered")));
  return parts.length ? h("div", {class: "tags"}, ...parts) : null;
}

function given(item, room, act) {
  const shown = REACTIONS.filter((name) => item.reactions.get(name)?.size);
  if (!shown.length || item.redacted) return null;
  // No counters: one light per kind of kindness, however many gave it.
  return h("ul", {class: "given", role: "list", "aria-label": t("room.reactions")}, ...shown.map((name) => {
    const own = item.reactions.get(name).has(room.aliasId);
    const label = own && !item.mine ? t("reaction.yours", {reaction: t(`reaction.${name}`)}) : t(`reaction.${name}`);
    return h("li", {}, h("button", {type: "button", class: "chip", tabindex: "-1", "aria-pressed": own ? "true" : "false", "aria-label": label, title: label, onclick: () => act.react(item, name, !own)}, icon(name)));
  }));
}

/** Whether a message goes on from the one before it: the same person, soon after, on the same day. */
export const follows = (item, before) => Boolean(before) && !before.system && before.type !== "notice" && before.from?.alias_id === item.from?.alias_id && new Date(item.at) - new Date(before.at) < GROUP_MS && sameDay(before, item);

/** One row. `act`: {react, toggle, opened: ids of opened notes}. */
export function drawMessage(item, room, before, act) {
  if (item.type === "notice" || item.system) return h("li", {class: "system", "data-id": item.id}, h("p", {dir: "auto"}, h("span", {class: "tag"}, t("room.from_us")), " ", item.says ?? item.text ?? ""));
  if (leftOut(room, item) === 2) return h("li", {"data-id": item.id, hidden: true}); // of somebody who is muted here
  const goesOn = follows(item, before);
  const name = nameOf(item);
  const role = item.from?.role && item.from.role !== "peer" ? h("span", {class: "role"}, t(`role.${item.from.role}`)) : null;
  const time = when(item.at);
  return h("li", {class: ["message", item.mine && "mine", goesOn && "follows"].filter(Boolean).join(" "), "data-id": item.id},
    item.mine ? null : avatar(item.from),
    h("article", {class: "bubble", "aria-label": t("room.by", {name, time})},
      h("header", {class: goesOn ? "unseen" : "by"}, h("bdi", {class: "name"}, name), role, h("time", {datetime: item.at}, time)),
      item.reply_to ? quote(room, item.reply_to) : null, body(item, act), tags(item), given(item, room, act)),
    item.redacted ? null : h("button", {type: "button", class: "quiet more", tabindex: "-1", "aria-expanded": "false", "aria-label": t("room.more", {name, time}), onclick: (event) => act.toggle(item, event.currentTarget)}, icon("more")));
}

/** What can be done with a message, opened under it. `others`: and about who wrote it. */
export function drawActions(item, room, act, {others = false} = {}) {
  const kinds = REACTIONS.map((name) => {
    const own = item.reactions.get(name)?.has(room.aliasId) ?? false;
    return h("button", {type: "button", class: "react", "aria-pressed": own ? "true" : "false", onclick: () => act.react(item, name, !own)}, icon(name), h("span", {}, t(`reaction.${name}`)));
  });
  return h("div", {class: "actions", role: "group", "aria-label": t("room.actions")},
    item.mine ? null : h("div", {class: "reacts"}, kinds),
    h("div", {class: "verbs"}, button(t("room.reply"), () => act.reply(item)),
      others && !item.mine ? button(t("between.open", {name: nameOf(item)}), (event) => act.about(item, event.currentTarget), {kind: "quiet outlined about-them", pic: "kept", "aria-expanded": "false"}) : null,
      item.mine ? button(t("room.change"), () => act.edit(item)) : null, item.mine ? button(t("room.take_back"), () => act.takeBack(item)) : null));
}

export function dayLine(item, before) {
  if (!item.at || (before && sameDay(before, item))) return null;
  const today = new Date().toDateString() === new Date(item.at).toDateString();
  return h("li", {class: "day"}, h("span", {}, today ? t("room.today") : dayOf(item.at)));
}

export const unreadLine = () => h("li", {class: "unread-line"}, h("span", {}, t("room.unread")));

/** Words on their way, or waiting for somebody to look at them. */
export function drawUnsent(words, {away, withdraw}) {
  const held = words.state === "held";
  const state = held ? words.says || t("room.held") : words.delayed ? t("room.delayed") : away ? t("room.away") : t("room.going");
  return h("li", {class: `message mine ${held ? "held" : "going"}`, "data-key": words.key},
    h("article", {class: "bubble"}, h("p", {class: "words", dir: "auto"}, words.text),
      h("p", {class: "hint state", dir: "auto"}, words.target ? t("room.your_change", {state}) : state),
      held ? reasons(words.findings) : null,
      held && words.id ? button(t("room.take_back"), () => withdraw(words)) : null));
}
