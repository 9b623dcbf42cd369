/* The threshold of a room: its ground rules and the limits of confidentiality, before the first word can be written. */

import {$, button, h, icon} from "./dom.js";
import {rooms, visit} from "./live.js";
import {nameField} from "./names.js";
import {back, go} from "./router.js";
import {kept} from "./store.js";
import {span, t} from "./words.js";

const chosen = {topic: null};

/** Rules come as text, one a line, or as a list. */
export const rulesOf = (rules) => (Array.isArray(rules) ? rules : String(rules ?? "").split(/\n+/)).map((rule) => rule.replace(/^\s*[-*•]\s*/, "").trim()).filter(Boolean);

export const drawRules = (list, rules) => list.replaceChildren(...rulesOf(rules).map((rule) => h("li", {dir: "auto"}, rule)));

export const keptFor = (retention) => (span(retention) ? t("threshold.kept", {span: span(retention)}) : t("threshold.kept_some"));

async function sitDown(event) {
  event.preventDefault();
  const reply = await rooms.join(chosen.topic.room, {alias: $("alias").value.trim()});
  if (reply.type === "joined") kept.set("limits", true);
  if (reply.type === "joined") return go("room", {room: reply.room}, {focus: false, remember: false});
  const problem = $("join-problem");
  problem.textContent = [reply.says, reply.suggestion ? t("threshold.would_do", {name: reply.suggestion}) : ""].filter(Boolean).join(" ");
  problem.hidden = false;
  return $("alias").focus();
}

export const view = {
  title: "threshold.rules",
  needs: "visit",
  make() {
    const limits = ["name", "read", "team"].map((one) => h("li", {}, t(`threshold.limit_${one}`)));
    return h("div", {},
      button(t("word.all_rooms"), () => back(), {kind: "quiet back", pic: "back", id: "threshold-back"}),
      h("div", {class: "sheet"},
        h("h1", {id: "threshold-title", dir: "auto"}), h("p", {class: "lead", id: "threshold-about", dir: "auto"}),
        h("h2", {}, t("threshold.rules")), h("ul", {id: "threshold-rules", class: "rules"}),
        h("details", {id: "limits", class: "fold"}, h("summary", {}, h("h2", {}, t("threshold.limits"))), h("ul", {class: "rules limits"}, limits, h("li", {}, t("threshold.limit_copy")))),
        h("p", {class: "hint", id: "threshold-kept"}),
        h("p", {class: "care-note"}, icon("help"), h("span", {}, t("threshold.peers"))),
        h("form", {id: "join", onsubmit: sitDown},
          nameField({id: "alias", label: t("threshold.alias"), hint: t("threshold.alias_hint")}),
          h("div", {id: "join-problem", class: "problem", role: "alert", hidden: true, dir: "auto"}),
          h("button", {type: "submit", class: "main wide"}, t("threshold.sit")))));
  },
  enter({topic}) {
    chosen.topic = topic;
    $("threshold-title").textContent = topic.title || topic.room;
    $("threshold-about").textContent = topic.about ?? "";
    drawRules($("threshold-rules"), topic.rules);
    $("threshold-kept").textContent = keptFor(topic.retention);
    $("limits").open = !kept.get("limits"); // read once in a visit; the rules are each room's own
    $("join-problem").hidden = true;
    $("alias").value = "";
    $("alias-hint").textContent = visit.now?.name ? t("threshold.alias_named", {name: visit.now.name}) : t("threshold.alias_hint");
  },
};
