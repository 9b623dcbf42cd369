/* Where to sit: the rooms with who is there, coarse below five, and what is unread; and the other doors of the house. */

import {$, button, h, icon} from "./dom.js";
import {DOORS} from "./doors.js";
import {hear, line, rooms, visit} from "./live.js";
import {go, here} from "./router.js";
import {forgetVisit, kept} from "./store.js";
import {onTopics, refreshTopics, topics} from "./topics.js";
import {t} from "./words.js";

/** How many are in a room, without pointing at the few. */
export const howMany = (n) => (!n ? t("rooms.quiet") : n < 5 ? t("rooms.few") : t("rooms.present", {n}));

function row(room) {
  const sat = rooms.get(room.room);
  const present = sat?.present ?? room.present;
  const current = here() === "room" && kept.get("last") === room.room;
  return h("li", {}, h("button", {type: "button", class: "room-card", "data-room": room.room, "aria-current": current ? "true" : null, onclick: () => choose(room)},
    h("span", {class: "room-card-title", dir: "auto"}, room.title || room.room),
    h("span", {class: "room-card-about", dir: "auto"}, room.about ?? ""),
    h("span", {class: "room-card-now"}, h("span", {class: present ? "dot lit" : "dot", "aria-hidden": "true"}), h("span", {}, howMany(present)),
      sat?.unread ? h("span", {class: "unread"}, t("rooms.new", {n: sat.unread})) : null)));
}

function choose(topic) {
  const known = rooms.get(topic.room);
  if (known?.cursor && !known.gone) return go("room", {room: topic.room}, {focus: false});
  return go("threshold", {topic});
}

export function drawLobby() {
  const list = $("room-list");
  if (!list) return;
  const focused = document.activeElement?.closest?.(".room-card")?.dataset.room;
  list.replaceChildren(...topics().map(row));
  if (focused) list.querySelector(`[data-room="${CSS.escape(focused)}"]`)?.focus();
}

const mayEnter = ({roles}) => !roles || roles.some((role) => visit.now?.roles?.includes(role));

/** What somebody may open is said by the welcome, which may come after the list is there. */
function drawDoors() {
  if (!$("doors")) return;
  const doors = DOORS.filter(mayEnter);
  const mark = doors.map((one) => one.view).join();
  if ($("doors").dataset.mark === mark) return;
  $("doors").dataset.mark = mark;
  const door = (one) => h("li", {}, button(t(one.words), () => go(one.view), {kind: "quiet outlined", pic: one.icon, "data-door": one.view}));
  $("doors-first").replaceChildren(...doors.filter((one) => one.first).map(door));
  $("doors").replaceChildren(...doors.filter((one) => !one.first).map(door));
}

export function endVisit() {
  line.stop();
  forgetVisit();
  location.reload();
}

onTopics(drawLobby);
hear("welcome", () => drawDoors());

export const view = {
  title: "rooms.title",
  needs: "visit",
  make() {
    return h("div", {class: "lobby"},
      h("h1", {id: "rooms-title"}, t("rooms.title")), h("p", {class: "lead", id: "rooms-lead"}, t("rooms.lead")),
      h("ul", {id: "doors-first", class: "doors first", role: "list"}),
      h("ul", {id: "room-list", role: "list"}),
      h("h2", {class: "doors-title"}, t("rooms.doors")), h("ul", {id: "doors", class: "doors", role: "list"}),
      h("p", {class: "fine rooms-fine"}, icon("leave"), button(t("rooms.end"), endVisit, {kind: "inline", id: "end-visit"})));
  },
  enter() {
    kept.set("last", null);
    drawLobby();
    drawDoors();
    refreshTopics();
  },
};
