/* The care card: private, beside the conversation, never in its way.

   It is a region, not a dialog: it takes no focus, blocks nothing and can be put away. It shows what the server sent
   and adds nothing about the person. Dial strings are used exactly as given. `localCard` is the one the page can show
   by itself, when the server cannot be asked: help must not depend on us. */

import {h, icon} from "./view.js";

// Emergency numbers that have not changed in decades; shown only when no card of the server's is at hand.
const EMERGENCY = [["112", "Europe and many other places"], ["911", "United States and Canada"], ["999", "United Kingdom, Ireland"], ["000", "Australia"], ["111", "New Zealand"]];

const dialable = (value) => String(value ?? "").replace(/[^\d+*#]/g, "");

/** Only addresses a browser may open as a page; anything else is shown as text. */
const safeUrl = (url) => (String(url ?? "").toLowerCase().startsWith("https:") ? url : null);

/** How one line is reached: a link with the exact string, and the words on it. */
function way(line) {
  if (line.method === "phone" || line.dial) return {kind: "call", href: `tel:${dialable(line.dial)}`, words: `Call ${line.dial}`};
  if (line.method === "sms" || line.to) {
    const keyword = line.keyword && line.keyword !== "any word" ? line.keyword : "";
    const words = keyword ? `Text ${keyword} to ${line.to}` : `Text ${line.to}`;
    return {kind: "text", href: `sms:${dialable(line.to)}${keyword ? `?body=${encodeURIComponent(keyword)}` : ""}`, words};
  }
  const url = safeUrl(line.url);
  return url ? {kind: "web", href: url, words: line.method === "chat" ? "Open their chat" : "Open their page"} : null;
}

const LANGUAGES = {en: "English", es: "Spanish", de: "German", fr: "French", pt: "Portuguese", it: "Italian", nl: "Dutch", ar: "Arabic", hi: "Hindi"};
const tongues = (codes = []) => codes.map((code) => LANGUAGES[code] ?? code).join(", ");

/** "open now", or when it opens in this person's own time; no known hours is never "open". */
function opening(line) {
  if (line.open === true) return "open now";
  if (!line.opens_at) return "opening hours not known";
  const at = new Date(line.opens_at);
  return Number.isNaN(at.getTime()) ? `opens ${line.opens_at}` : `opens ${new Intl.DateTimeFormat(undefined, {weekday: "short", hour: "2-digit", minute: "2-digit"}).format(at)}`;
}

const checkedOn = (date) => (date && !Number.isNaN(new Date(date).getTime()) ? `source read ${new Intl.DateTimeFormat(undefined, {dateStyle: "medium"}).format(new Date(date))}` : null);

function entry(line) {
  const reach = way(line);
  const about = [opening(line), tongues(line.languages)].filter(Boolean).join(" · ");
  const outside = reach?.kind === "web" ? {target: "_blank", rel: "noopener noreferrer"} : {};
  return h("li", {class: "line"},
    h("p", {class: "line-name"}, h("strong", {dir: "auto"}, line.name ?? "")),
    h("p", {class: "hint"}, about, line.crisis === false ? " · for talking, not for emergencies" : ""),
    reach ? h("a", {class: "reach", href: reach.href, ...outside, "aria-label": `${reach.words}, ${line.name ?? ""}`}, icon(reach.kind), reach.words) : null,
    line.keyword === "any word" ? h("p", {class: "hint"}, "Any word will do.") : null,
    line.note ? h("p", {class: "hint", dir: "auto"}, line.note) : null,
    checkedOn(line.read_on) ? h("p", {class: "hint checked"}, checkedOn(line.read_on)) : null);
}

function emergency(given) {
  if (!given) return h("p", {class: "hint"}, "In danger right now: call your local emergency number.");
  const numbers = (typeof given === "object" ? [given.dial ?? []].flat() : [given]).map(String).filter(dialable);
  const says = (typeof given === "object" && given.says) || "In danger right now?";
  const links = numbers.map((number) => h("a", {class: "reach urgent", href: `tel:${dialable(number)}`}, icon("call"), `Call ${number}`));
  return h("p", {class: "emergency"}, h("span", {dir: "auto"}, says), ...links);
}

function directory(entries = []) {
  const known = entries.filter((one) => safeUrl(one.url));
  return known.length ? h("ul", {class: "numbers", role: "list"}, ...known.map((one) => h("li", {}, h("a", {class: "reach", href: one.url, target: "_blank", rel: "noopener noreferrer"}, icon("web"), one.name)))) : null;
}

/** Draw a card. `answer(choice)` and `dismiss()` are called by its buttons. */
export function drawCard(card, {dismiss, answer}) {
  const id = `care-${card.id}`;
  const put = (label, content, kind) => h("button", {type: "button", class: kind, "aria-label": label, onclick: () => dismiss()}, content);
  const inside = content(card, answer);
  return h("section", {class: card.urgent ? "card urgent" : "card", "aria-labelledby": id},
    h("div", {class: "card-head"}, icon("help"), h("h2", {id, tabindex: "-1"}, card.title ?? "This is only for you"), put("Put this away", icon("close"), "quiet")),
    // Somebody may be looking over a shoulder: such a card opens only when asked to.
    ...(card.quiet ? [h("details", {class: "folded"}, h("summary", {}, "Open when nobody looks on"), ...inside)] : inside),
    put(null, (typeof card.dismiss === "string" && card.dismiss) || "Not now", "quiet outlined"));
}

function content(card, answer) {
  const words = [card.says].flat().flatMap((says) => String(says ?? "").split(/\n+/)).filter(Boolean);
  const asks = card.ask ?? [];
  const choices = asks.filter((one) => typeof one === "object");
  return [
    h("p", {class: "hint private"}, "Nobody in the room sees this."),
    ...words.map((line) => h("p", {dir: "auto"}, line)),
    card.lines?.length ? h("ul", {class: "lines", role: "list"}, ...card.lines.slice(0, 3).map(entry)) : null,
    directory(card.directory),
    card.numbers ? h("ul", {class: "numbers", role: "list"}, ...card.numbers.map(([number, where]) => h("li", {}, h("a", {class: "reach", href: `tel:${number}`}, icon("call"), number), h("span", {class: "hint"}, where)))) : emergency(card.emergency),
    card.person?.says ? h("p", {class: "person", dir: "auto"}, card.person.says) : null,
    ...asks.filter((one) => typeof one === "string").map((question) => h("p", {class: "question", dir: "auto"}, question)),
    choices.length ? h("div", {class: "asks"}, ...choices.map((one) => h("button", {type: "button", class: "quiet outlined", onclick: () => answer(one.choice)}, one.says ?? one.choice))) : null,
  ].filter(Boolean);
}

/** What the page can always say, with nobody to ask. */
export function localCard(awake) {
  return {
    id: "local", local: true, title: "Someone to turn to now", numbers: EMERGENCY,
    says: ["If you or someone near you is in danger right now, call the emergency number where you are.",
      awake ? "When you write in a room that you are not safe, you are shown lines for where you are, privately." : "We can’t reach our server at the moment. These numbers work without it."],
    dismiss: "Close",
  };
}
