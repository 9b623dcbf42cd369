/* How am I right now? (F38): a private look, in one's own corner, before a talk and after it.

     five words and a line of one's own ──▶ vault.js ──▶ this device, encrypted, for nobody else

   It never leaves the device, makes no number, no curve and no streak, and says nothing about a person. What is oldest
   goes when there are many. The plan's lock locks it too, and whatever deletes the plan deletes it. */

import {choice, newId} from "./boxes.js";
import {button, h} from "./dom.js";
import {able, condition, read, write} from "./vault.js";
import {dayOf, learn, t, when as clock} from "./words.js";
import {words} from "./words-mood.js";

learn(words);

const NAME = "mood";
const MOST_KEPT = 60;
const MOST_SHOWN = 7;
const ONE_TALK_MS = 3 * 3_600_000; // what was said before a talk belongs to it for so long
const HOWS = ["1", "2", "3", "4", "5"];

const kept = async () => (await read(NAME)) ?? [];
const fresh = (all) => all.filter(({when, at}) => when === "before" && Date.now() - new Date(at) < ONE_TALK_MS).at(-1);

async function keep(entry) {
  await write(NAME, [...(await kept()), entry].slice(-MOST_KEPT));
}

/** Why nothing can be kept just now, or null. */
async function closed() {
  const now = able() ? await condition().catch(() => "unable") : "unable";
  return {unable: t("mood.unable"), locked: t("mood.locked")}[now] ?? null;
}

function form(when, before, changed) {
  const id = newId("mood");
  const said = h("p", {class: "hint", role: "status"});
  const line = h("input", {id, autocomplete: "off", maxlength: "200", dir: "auto"});
  const made = h("form", {class: "stack", novalidate: true}, before ? h("p", {}, t("mood.was", {before: t(`mood.${before.how}`)})) : null,
    choice(t("mood.legend"), newId("how"), HOWS.map((how) => [how, t(`mood.${how}`)])),
    h("div", {class: "field"}, h("label", {for: id}, t("mood.word"), " ", h("span", {class: "optional"}, t("word.optional"))), line),
    h("div", {class: "verbs"}, h("button", {type: "submit", class: "outlined"}, t("mood.keep"))), said);
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    const how = made.querySelector(":checked")?.value;
    if (!how) return (said.textContent = t("mood.pick"));
    try {
      await keep({at: new Date().toISOString(), how, ...(when ? {when} : {}), ...(line.value.trim() ? {line: line.value.trim()} : {})});
      said.textContent = before ? t("mood.both", {before: t(`mood.${before.how}`), now: t(`mood.${how}`)}) : t("mood.kept");
      line.value = "";
      changed?.();
    } catch {
      said.textContent = t("mood.not_kept");
    }
    return undefined;
  });
  return made;
}

/** For a view that leads into a talk or out of it: folded, and made when it is opened. `when`: "before" or "after". */
export function moodDoor(when) {
  const inside = h("div", {class: "stack"});
  const door = h("details", {class: "folded mood"}, h("summary", {}, t("mood.door")), inside);
  door.addEventListener("toggle", async () => {
    if (!door.open || inside.firstChild) return;
    const why = await closed();
    const before = when === "after" && !why ? fresh(await kept()) : null;
    inside.replaceChildren(h("p", {class: "hint"}, t("mood.hint")), why ? h("p", {class: "hint"}, why) : form(when, before));
  });
  return door;
}

const mine = {host: null, list: null};

/** The section of one's own corner. */
export function makeMood() {
  mine.host = h("div", {class: "stack"});
  mine.list = h("div", {class: "stack", id: "moods"});
  return mine.host;
}

export async function drawMood() {
  const why = await closed();
  if (why) return mine.host.replaceChildren(h("p", {class: "hint"}, why));
  mine.host.replaceChildren(h("p", {class: "hint"}, t("mood.hint")), form(null, null, drawKept), mine.list);
  return drawKept();
}

async function drawKept() {
  const all = await kept();
  const row = ({at, how, when, line}) => h("li", {}, h("p", {}, h("strong", {}, t(`mood.${how}`)), when ? h("span", {class: "hint"}, ` · ${t(`mood.${when}`)}`) : null),
    line ? h("p", {dir: "auto"}, line) : null, h("p", {class: "hint"}, h("time", {datetime: at}, `${dayOf(at)}, ${clock(at)}`)));
  const forget = button(t("mood.forget"), async () => {
    await write(NAME, []);
    await drawKept();
    mine.host.querySelector("input")?.focus();
  }, {kind: "quiet outlined"});
  mine.list.replaceChildren(h("h3", {}, t("mood.list")),
    ...(all.length ? [h("ul", {class: "groups", role: "list"}, all.slice(-MOST_SHOWN).reverse().map(row)), h("div", {class: "verbs"}, forget)] : [h("p", {class: "hint"}, t("mood.none"))]));
}
