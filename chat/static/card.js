/* The care card: private, beside the conversation, never in its way.

   It is a region, not a dialog: it takes no focus, blocks nothing and can be put away. It shows what the server sent
   and adds nothing about the person. Dial strings are used exactly as given. `localCard` is the one the page can show
   by itself, when the server cannot be asked: help must not depend on us. */

import {h, icon} from "./view.js";

// Emergency numbers that have not changed in decades; shown only when no card of the server's is at hand.
const EMERGENCY = [["112", "Europe and many other places"], ["911", "United States and Canada"], ["999", "United Kingdom, Ireland"], ["000", "Australia"], ["111", "New Zealand"]];

const dialable = (value) => String(value ?? "").replace(/[^\d+*#]/g, "");

/** Only addresses a browser may open as a page; anything else is shown as text. */
const safeUrl = (url) => (/^https:\/\//i.test(url ?? "") ? url : null);

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

function opening(line) {
  if (line.open === true) return line.opens_at ? "open now" : "open now";
  if (line.open === false) return line.opens_at ? `opens ${line.opens_at}` : "closed now";
  return "hours not known";
}

function entry(line) {
  const reach = way(line);
  const about = [opening(line), tongues(line.languages)].filter(Boolean).join(" · ");
  const outside = reach?.kind === "web" ? {target: "_blank", rel: "noopener noreferrer"} : {};
  return h("li", {class: "line"},
    h("p", {class: "line-name"}, h("strong", {dir: "auto"}, line.name ?? "")),
    h("p", {class: "hint"}, about, line.crisis === false ? " · for talking, not for emergencies" : ""),
    reach ? h("a", {class: "reach", href: reach.href, ...outside, "aria-label": `${reach.words}, ${line.name ?? ""}`}, icon(reach.kind), reach.words) : null,
    line.keyword === "any word" ? h("p", {class: "hint"}, "Any word will do.") : null,
    line.read_on ? h("p", {class: "hint", dir: "auto"}, String(line.read_on)) : null);
}

function emergency(given) {
  if (!given) return h("p", {class: "hint"}, "In danger right now: call your local emergency number.");
  const number = typeof given === "string" || typeof given === "number" ? String(given) : (given.dial ?? given.number);
  const says = (typeof given === "object" && given.says) || "In danger right now?";
  if (!number || !dialable(number)) return h("p", {class: "hint", dir: "auto"}, number || says);
  return h("p", {class: "emergency"}, h("span", {dir: "auto"}, says), " ", h("a", {class: "reach urgent", href: `tel:${dialable(number)}`}, icon("call"), `Call ${number}`));
}

const paragraphs = (says) => (Array.isArray(says) ? says : String(says ?? "").split(/\n+/)).filter(Boolean);

/** Draw a card. `answer(choice)` and `dismiss()` are called by its buttons. */
export function drawCard(card, {dismiss, answer}) {
  const title = h("h2", {id: `care-${card.id}`, tabindex: "-1"}, card.title ?? "This is only for you");
  const words = paragraphs(card.says);
  const asks = (card.ask ?? []).map((one) => (typeof one === "string" ? {choice: one, says: one} : one));
  const region = h("section", {class: card.urgent ? "card urgent" : "card", role: "region", "aria-labelledby": `care-${card.id}`},
    h("div", {class: "card-head"}, icon("help"), title,
      h("button", {type: "button", class: "quiet", "aria-label": "Put this away", onclick: () => dismiss()}, icon("close"))),
    h("p", {class: "hint private"}, "Nobody else sees this."),
    ...words.map((line) => h("p", {dir: "auto"}, line)),
    /nothing wrong/i.test(words.join(" ")) || card.local ? null : h("p", {}, "You did nothing wrong by saying it."),
    card.lines?.length ? h("ul", {class: "lines", role: "list"}, ...card.lines.slice(0, 3).map(entry)) : null,
    card.numbers ? h("ul", {class: "numbers", role: "list"}, ...card.numbers.map(([number, where]) => h("li", {}, h("a", {class: "reach", href: `tel:${number}`}, icon("call"), number), h("span", {class: "hint"}, where)))) : emergency(card.emergency),
    card.person?.says ? h("p", {class: "person", dir: "auto"}, card.person.says) : null,
    asks.length ? h("div", {class: "asks"}, ...asks.map((one) => h("button", {type: "button", class: "quiet outlined", onclick: () => answer?.(one.choice ?? one.id)}, one.says ?? one.label ?? one.choice))) : null,
    h("button", {type: "button", class: "quiet outlined", onclick: () => dismiss()}, (typeof card.dismiss === "string" && card.dismiss) || "Not now, thank you"));
  return region;
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
