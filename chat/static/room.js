/* A topic room: its name, who is here, its rules, and the conversation. */

import {conversation, focus, hide, show} from "./conversation.js";
import {$, button, h, icon} from "./dom.js";
import {announce, banner, onEscape} from "./frame.js";
import {helpFor, place} from "./help.js";
import {drawLobby} from "./lobby.js";
import {rooms} from "./live.js";
import {avatar} from "./message.js";
import {build, go} from "./router.js";
import {kept} from "./store.js";
import {drawRules, keptFor} from "./threshold.js";
import {topicOf} from "./topics.js";
import {count, t} from "./words.js";

const state = {room: null};

const people = (n) => t("room.people", {n});

function drawPresence() {
  const {room} = state;
  if (!room) return;
  $("present").textContent = people(room.present);
  $("present-slim").textContent = count(room.present);
  $("people-toggle").setAttribute("aria-label", t("room.about", {people: people(room.present)}));
  $("room-you").textContent = t("room.you_are", {name: room.alias});
  const others = [...(room.members?.values() ?? [])].filter((one) => one.alias_id !== room.aliasId).sort((a, b) => a.name.localeCompare(b.name));
  // Oneself is there, whether the list of a moment ago knew it or not.
  const members = room.members ? [{alias_id: room.aliasId, name: room.alias, ...room.members.get(room.aliasId)}, ...others] : [];
  $("members").replaceChildren(...members.map((member) => h("li", {}, avatar(member), h("bdi", {class: "name"}, member.name),
    member.alias_id === room.aliasId ? h("span", {class: "role"}, t("room.you_mark")) : member.role && member.role !== "peer" ? h("span", {class: "role"}, t(`role.${member.role}`)) : null)));
  const rest = room.present - members.length;
  $("members-hint").textContent = room.members && rest > 0 ? t("room.and_more", {n: rest}) : "";
}

function closeAside() {
  $("people-toggle")?.setAttribute("aria-expanded", "false");
  const open = document.body.classList.contains("aside-open");
  document.body.classList.remove("aside-open");
  return open;
}

function toggleAside() {
  if (getComputedStyle($("aside-close")).display === "none") return $("aside").focus(); // wide enough to stand open
  const open = !document.body.classList.contains("aside-open");
  document.body.classList.toggle("aside-open", open);
  $("people-toggle").setAttribute("aria-expanded", String(open));
  return open && $("aside-close").focus();
}

async function leaveRoom() {
  const {name} = state.room;
  await go("rooms");
  await rooms.leave(name);
}

onEscape(closeAside);

const head = () => h("header", {class: "room-head"},
  h("button", {type: "button", class: "quiet back", id: "room-back", "aria-label": t("word.all_rooms"), onclick: () => go("rooms")}, icon("back")),
  h("div", {class: "room-name"}, h("h1", {id: "room-title", dir: "auto"}), h("p", {id: "room-you"})),
  h("button", {type: "button", class: "quiet", id: "people-toggle", "aria-expanded": "false", "aria-controls": "aside", onclick: toggleAside}, icon("people"), h("span", {id: "present"}), h("span", {id: "present-slim"})));

const aside = () => h("aside", {id: "aside", tabindex: "-1", "aria-label": t("room.aside")},
  h("button", {type: "button", class: "quiet aside-close", id: "aside-close", "aria-label": t("word.close"), onclick: () => (closeAside(), $("people-toggle").focus())}, icon("close")),
  h("h2", {}, t("room.here_now")), h("ul", {id: "members", role: "list"}), h("p", {class: "hint", id: "members-hint"}),
  h("h2", {}, t("threshold.rules")), h("ul", {id: "aside-rules", class: "rules"}), h("p", {class: "hint", id: "aside-kept"}),
  button(t("room.leave"), leaveRoom, {kind: "quiet", pic: "leave", id: "leave-room"}));

export const view = {
  title: "room.view_title",
  wide: true,
  keeps: true,
  needs: "visit",
  make: () => h("div", {class: "room"}, head(), h("div", {id: "room-talk"}), aside()),
  enter({room: name, again}) {
    const room = rooms.get(name);
    if (!room) return go("rooms");
    const topic = topicOf(name);
    state.room = room;
    $("room-talk").append(conversation({fresh: again}));
    helpFor(name);
    kept.set("last", topic.room ?? name);
    $("room-title").textContent = topic.title || name;
    drawRules($("aside-rules"), room.rules || topic.rules);
    $("aside-kept").textContent = keptFor(topic.retention);
    build("rooms").then(drawLobby); // the list stands beside the room where there is width for it
    closeAside();
    show(room, {presence: drawPresence, gone: (refusal) => (banner(refusal.says ?? t("room.closed"), "notice"), go("rooms"))});
    drawPresence();
    place();
    announce(t("room.you_are_in", {room: topic.title || name, name: room.alias, people: people(room.present)}));
    focus();
    return $("words");
  },
  leave() {
    hide();
    helpFor(null);
    state.room = null;
    closeAside();
    queueMicrotask(place);
  },
};
