/* The care card: private, beside the conversation, never in its way.

   It is a region, not a dialog: it takes no focus, blocks nothing and can be put away. It shows what the server sent, or
   what `offlineCard` put together from the lines kept on this device, and adds nothing about the person. Dial strings
   are used exactly as given. */

import {button, h, icon, outside} from "./dom.js";
import {openAt, opensAt} from "./hours.js";
import {dateOf, languageName, momentOf, t} from "./words.js";

const MOST_LINES = 3;
const STALE_MS = 365 * 86_400_000;

const dialable = (value) => String(value ?? "").replace(/[^\d+*#]/g, "");

/** Words with a number in them that no line breaks apart: somebody may read it out, or dial it on another telephone. */
function numbered(words, number) {
  const at = number ? words.indexOf(number) : -1;
  return at < 0 ? [words] : [words.slice(0, at), h("span", {class: "number"}, number), words.slice(at + number.length)];
}

/** How one line is reached: a link with the exact string, and the words on it. */
function way(line) {
  if (line.method === "phone" || line.dial) return {kind: "call", href: `tel:${dialable(line.dial)}`, words: t("card.call", {number: line.dial})};
  if (line.method === "sms" || (line.method !== "whatsapp" && line.to)) {
    const keyword = line.keyword && /^[A-Z0-9]+$/.test(line.keyword) ? line.keyword : "";
    const words = keyword ? t("card.text_word", {word: keyword, number: line.to}) : t("card.text", {number: line.to});
    return {kind: "text", href: `sms:${dialable(line.to)}${keyword ? `?body=${encodeURIComponent(keyword)}` : ""}`, words};
  }
  if (line.method === "whatsapp" && line.to) return {kind: "text", words: t("card.whatsapp", {number: line.to})};
  const url = String(line.url ?? "").toLowerCase().startsWith("https:") ? line.url : null;
  return url ? {kind: "web", href: url, words: t(line.method === "chat" ? "card.chat" : "card.page")} : null;
}

function opening({open, opens_at: opens}) {
  if (open === true) return t("card.open");
  if (!opens) return t("card.hours_unknown");
  const at = new Date(opens);
  return Number.isNaN(at.getTime()) ? t("card.hours_unknown") : t("card.opens", {when: momentOf(at)});
}

function entry(line) {
  const reach = way(line);
  const about = [opening(line), (line.languages ?? []).map(languageName).join(", ")].filter(Boolean).join(" · ");
  const elsewhere = reach?.kind === "web" ? {target: "_blank", rel: "noopener noreferrer"} : {};
  return h("li", {class: "line"},
    h("p", {class: "line-name"}, h("strong", {dir: "auto", lang: line.lang}, line.name ?? "")),
    h("p", {class: line.open === true ? "hint open" : "hint"}, about, line.crisis === false ? ` · ${t("card.not_crisis")}` : ""),
    reach?.href ? h("a", {class: "reach", href: reach.href, ...elsewhere, "aria-label": `${reach.words}, ${line.name ?? ""}`}, icon(reach.kind), h("span", {}, ...numbered(reach.words, String(line.dial ?? line.to ?? "")))) : null,
    reach && !reach.href ? h("p", {class: "reach-words"}, ...numbered(reach.words, String(line.to ?? ""))) : null,
    line.keyword === "any word" ? h("p", {class: "hint"}, t("card.any_word")) : null,
    line.note ? h("p", {class: "hint", dir: "auto"}, line.note) : null,
    line.read_on ? h("p", {class: "hint checked"}, t("card.checked", {date: dateOf(line.read_on)})) : null);
}

function emergency(given) {
  const numbers = [given?.dial ?? []].flat().map(String).filter(dialable);
  return h("p", {class: "emergency"}, h("span", {dir: "auto"}, given?.says || t("card.emergency")),
    ...numbers.map((number) => h("a", {class: "reach urgent", href: `tel:${dialable(number)}`}, icon("call"), h("span", {}, ...numbered(t("card.call", {number}), number)))),
    given?.text ? h("a", {class: "reach urgent", href: `sms:${dialable(given.text)}`}, icon("text"), h("span", {}, t("card.text", {number: given.text}))) : null);
}

/** Draw a card. `act`: {dismiss(), answer(choice), own: [elements that come last]}. */
export function drawCard(card, act) {
  const id = `care-${card.id}`;
  const inside = content(card, act);
  return h("section", {class: card.urgent ? "card urgent" : "card", "aria-labelledby": id},
    h("div", {class: "card-head"}, icon("help"), h("h2", {id, tabindex: "-1"}, card.title ?? t("card.title")),
      h("button", {type: "button", class: "quiet", "aria-label": t("card.put_away"), onclick: () => act.dismiss()}, icon("close"))),
    // Somebody may be looking over a shoulder: such a card opens only when asked to.
    ...(card.quiet ? [h("details", {class: "folded"}, h("summary", {}, t("card.folded")), ...inside)] : inside),
    h("button", {type: "button", class: "quiet outlined", onclick: () => act.dismiss()}, h("span", {dir: "auto"}, card.dismiss || t("card.not_now"))));
}

function content(card, act) {
  const words = [card.says].flat().flatMap((says) => String(says ?? "").split(/\n+/)).filter(Boolean);
  const asks = (card.ask ?? []).filter((one) => typeof one === "object");
  const question = asks.length ? words.pop() : null;
  const dangerFirst = card.urgent || card.id === "help"; // of who asks for help we do not know how near it is
  return [
    h("p", {class: "hint private"}, t("card.private")),
    dangerFirst ? emergency(card.emergency) : null,
    ...words.map((line) => h("p", {dir: "auto"}, line)),
    card.lines?.length ? h("ul", {class: "lines", role: "list"}, ...card.lines.slice(0, MOST_LINES).map(entry)) : null,
    card.directory?.length ? h("ul", {class: "numbers", role: "list"}, ...card.directory.map((one) => h("li", {}, outside(one.url, one.name)))) : null,
    dangerFirst ? null : emergency(card.emergency),
    card.person?.says ? h("p", {class: "person", dir: "auto"}, card.person.says) : null,
    question ? h("p", {class: "question", dir: "auto"}, question) : null,
    asks.length ? h("div", {class: "asks"}, ...asks.map((one) => button(h("span", {dir: "auto"}, one.says ?? one.choice), () => act.answer(one.choice)))) : null,
    ...(act.own ?? []),
  ].filter(Boolean);
}

/** A card from what is kept here, with nobody to ask. `choice`: what was answered to "what is in the way?". */
export function offlineCard(told, {choice = null, now = Date.now()} = {}) {
  const order = told.orders?.[choice] ?? told.lines.map((_, place) => place);
  const all = order.map((place) => told.lines[place]).map((line) => ({...line, open: openAt(line.hours, now), opens_at: opensAt(line.hours, now)}));
  const fresh = all.filter((line) => now - new Date(line.read_on) < STALE_MS);
  const ranked = (fresh.length ? fresh : all.slice(0, 1)).sort((a, b) => (a.open === false) - (b.open === false));
  const lines = [];
  for (const line of ranked) if (lines.length < MOST_LINES && !lines.some((one) => one.line === line.line)) lines.push(line);
  for (const line of ranked) if (lines.length < MOST_LINES && !lines.includes(line)) lines.push(line);
  const says = [choice ? told.answers[choice] : told.says.opening, told.says.told, choice === "watched" ? told.says.quiet : "", lines.length ? "" : told.says.no_lines];
  const asks = choice !== "not_it";
  return {
    id: "help", lines, emergency: told.emergency, dismiss: told.says.dismiss, quiet: choice === "watched",
    says: says.filter(Boolean).join(" ") + (asks ? `\n${told.says.question}` : ""),
    ask: asks ? told.choices.map(([one, words]) => ({choice: one, says: words})) : [],
    directory: lines.length ? [] : told.directory,
  };
}
