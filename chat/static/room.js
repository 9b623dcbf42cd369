/* A topic room: its name, who is here and what one can do about them, its rules, and the conversation. */

import {apartIn, isMuted} from "./apart.js";
import {between, seeAgain} from "./between.js";
import {conversation, focus, hide, show} from "./conversation.js";
import {$, button, h, icon} from "./dom.js";
import {announce, banner, onEscape} from "./frame.js";
import {helpFor, place} from "./help.js";
import {drawLobby} from "./lobby.js";
import {hear, ready, rooms} from "./live.js";
import {drawAgain} from "./log.js";
import {avatar} from "./message.js";
import {isNight, turnsIn} from "./night.js";
import {build, go} from "./router.js";
import {kept, settings} from "./store.js";
import {drawRules, keptFor} from "./threshold.js";
import {topicOf} from "./topics.js";
import {count, span, t} from "./words.js";

const state = {room: null, lantern: null, turn: 0};

const people = (n) => t("room.people", {n});

function drawPresence() {
  const {room} = state;
  if (!room) return;
  $("present").textContent = people(room.present);
  $("present-slim").textContent = count(room.present);
  $("people-toggle").setAttribute("aria-label", t("room.about", {people: people(room.present)}));
  const stays = span(topicOf(room.name).retention);
  $("room-you").textContent = stays ? t("room.you_are_kept", {name: room.alias, span: stays}) : t("room.you_are", {name: room.alias});
  drawHosted();
  const others = [...(room.members?.values() ?? [])].filter((one) => one.alias_id !== room.aliasId).sort((a, b) => a.name.localeCompare(b.name));
  // Oneself is there, whether the list of a moment ago knew it or not.
  const members = room.members ? [{alias_id: room.aliasId, name: room.alias, ...room.members.get(room.aliasId)}, ...others] : [];
  const focused = document.activeElement?.dataset?.alias;
  $("members").replaceChildren(...members.map(memberRow));
  if (focused) $("members").querySelector(`[data-alias="${CSS.escape(focused)}"]`)?.focus();
  drawApart();
  const rest = room.present - members.length;
  $("members-hint").textContent = room.members && rest > 0 ? t("room.and_more", {n: rest}) : "";
}

function memberRow(member) {
  const {room} = state;
  const me = member.alias_id === room.aliasId;
  const name = h("bdi", {class: "name"}, member.name);
  const mark = me ? t("room.you_mark") : isMuted(room, member.alias_id) ? t("between.apart_muted") : member.role && member.role !== "peer" ? t(`role.${member.role}`) : null;
  const open = me ? null : h("button", {type: "button", class: "quiet member-more", "data-alias": member.alias_id, "aria-label": t("between.open", {name: member.name}), onclick: () => openBetween(member)}, icon("more"));
  return h("li", {}, avatar(member), name, mark ? h("span", {class: "role"}, mark) : null, open);
}

/** Mute, block, report, worry, about somebody of the list. */
function openBetween(member) {
  const host = $("aside-between");
  const opener = () => $("members").querySelector(`[data-alias="${CSS.escape(member.alias_id)}"]`) ?? $("aside");
  const close = () => (host.replaceChildren(), opener().focus());
  const done = (says) => (host.replaceChildren(h("p", {class: "told-here", tabindex: "-1", dir: "auto"}, says)), host.firstElementChild.focus());
  host.replaceChildren(between({room: state.room, person: member, changed: seenChanged, done}), button(t("word.close"), close, {kind: "quiet"}));
  host.querySelector("h2").focus();
}

function seenChanged() {
  drawAgain();
  drawPresence();
}

/** Who is muted or blocked here, and the way back. */
function drawApart() {
  const all = Object.entries(apartIn(state.room));
  $("apart").hidden = !all.length;
  const again = async (aliasId, one) => {
    const says = await seeAgain(state.room, aliasId, one);
    seenChanged();
    announce(says);
    $("aside").focus();
  };
  $("apart-list").replaceChildren(...all.map(([aliasId, one]) => h("li", {}, h("bdi", {class: "name"}, one.name), h("span", {class: "role"}, t(`between.apart_${one.how}`)),
    button(t("between.see"), () => again(aliasId, one), {kind: "quiet outlined", "aria-label": t("between.see_name", {name: one.name})}))));
}

/** Where nobody who looks after a teen room is there, it says so for as long as that is so. */
function drawHosted() {
  $("unhosted").hidden = state.room.hosted !== false;
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

/** By night, and by day for whom a light concerns, the lantern stands in the room; else not a byte of it is loaded. */
async function lamplight() {
  clearTimeout(state.turn);
  const {room} = state;
  if (!room) return;
  state.turn = setTimeout(lamplight, turnsIn());
  const concerned = settings.get("lights") || new Date(kept.get("lit") ?? 0) > Date.now();
  if (!ready() || (!isNight() && !concerned && !state.lantern)) return;
  state.lantern = await import("./lantern.js").catch(() => null); // not on this device yet, and we are away: later
  if (state.room === room) state.lantern?.showLantern(room, $("lantern"));
}

hear("welcome", () => queueMicrotask(lamplight)); // once the line is ready, and the rooms asked to be back in are asked

const head = () => h("header", {class: "room-head"},
  h("button", {type: "button", class: "quiet back", id: "room-back", "aria-label": t("word.all_rooms"), onclick: () => go("rooms")}, icon("back")),
  h("div", {class: "room-name"}, h("h1", {id: "room-title", dir: "auto"}), h("p", {id: "room-you"})),
  h("button", {type: "button", class: "quiet", id: "people-toggle", "aria-expanded": "false", "aria-controls": "aside", onclick: toggleAside}, icon("people"), h("span", {id: "present"}), h("span", {id: "present-slim"})));

const unhosted = () => h("div", {id: "unhosted", class: "care-note", hidden: true}, icon("people"), h("p", {}, t("room.unhosted")));

const aside = () => h("aside", {id: "aside", tabindex: "-1", "aria-label": t("room.aside")},
  h("button", {type: "button", class: "quiet aside-close", id: "aside-close", "aria-label": t("word.close"), onclick: () => (closeAside(), $("people-toggle").focus())}, icon("close")),
  h("h2", {}, t("room.here_now")), h("ul", {id: "members", role: "list"}), h("p", {class: "hint", id: "members-hint"}),
  h("div", {id: "aside-between"}),
  h("section", {id: "apart", hidden: true, "aria-labelledby": "apart-title"}, h("h2", {id: "apart-title"}, t("between.apart")), h("ul", {id: "apart-list", role: "list"})),
  h("h2", {}, t("threshold.rules")), h("ul", {id: "aside-rules", class: "rules"}), h("p", {class: "hint", id: "aside-kept"}),
  button(t("room.themes"), () => go("settings", {at: "wishes"}), {kind: "quiet", pic: "note", id: "aside-themes"}),
  button(t("room.leave"), leaveRoom, {kind: "quiet", pic: "leave", id: "leave-room"}));

export const view = {
  title: "room.view_title",
  wide: true,
  keeps: true,
  needs: "visit",
  make: () => h("div", {class: "room"}, head(), h("div", {id: "room-talk"}, unhosted(), h("section", {id: "lantern", hidden: true, "aria-label": t("room.lantern")})), aside()),
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
    $("aside-between").replaceChildren();
    closeAside();
    show(room, {presence: () => (drawPresence(), state.lantern?.countAgain()), gone: (refusal) => (banner(refusal.says ?? t("room.closed"), "notice"), go("rooms"))});
    drawPresence();
    lamplight();
    place();
    announce(t("room.you_are_in", {room: topic.title || name, name: room.alias, people: people(room.present)}));
    focus();
    return $("words");
  },
  leave() {
    hide();
    helpFor(null);
    state.room = null;
    state.lantern?.hideLantern();
    lamplight();
    closeAside();
    queueMicrotask(place);
  },
};
