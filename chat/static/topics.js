/* The list of topic rooms, and what is unread in those one sits in.

   A message counts as unread when it comes while nobody looks at the end of its room: another view, another tab, or
   scrolled up. The first of them carries the unread line until the person has gone on from there. */

import {leftOut} from "./apart.js";
import {ask, hear, rooms, visit, watch} from "./live.js";
import {kept} from "./store.js";
import {spoken} from "./words.js";

const list = {rooms: []};
const drawn = new Set();

/** Which room somebody looks at the end of, by name; null for none. */
export const attention = {room: null};

export const topics = () => list.rooms;
export const topicOf = (name) => list.rooms.find((one) => one.room === name || name.startsWith(`${one.room}/`)) ?? {};
/** `does()` is called when the list, the people in it or what is unread changed. */
export const onTopics = (does) => drawn.add(does);
export const topicsChanged = () => drawn.forEach((does) => does());

export async function refreshTopics() {
  if (!visit.now?.token) return;
  const reply = await ask({type: "rooms", language: spoken()}, {keep: false});
  if (reply.type !== "rooms") return;
  list.rooms = reply.rooms;
  topicsChanged();
}

export function seen(room) {
  if (room.unread) {
    room.unread = 0;
    topicsChanged();
  }
  kept.set("read", {...kept.get("read"), [room.name]: [...room.items.keys()].at(-1)});
}

watch((what, room, item) => {
  if (what === "presence") topicsChanged();
  if (what !== "add" || item.mine || leftOut(room, item) || (attention.room === room.name && document.visibilityState === "visible")) return;
  room.firstUnread ??= item.id;
  room.unread = (room.unread ?? 0) + 1;
  topicsChanged();
});

/** After a reload, what came since one last looked. */
watch((what, room) => {
  if (what !== "fresh" || room.firstUnread) return;
  const ids = [...room.items.keys()];
  const at = ids.indexOf((kept.get("read") ?? {})[room.name]);
  const fresh = at < 0 ? [] : ids.slice(at + 1).filter((id) => !room.items.get(id).mine && !leftOut(room, room.items.get(id)));
  if (fresh.length) Object.assign(room, {firstUnread: fresh[0], unread: fresh.length});
});

addEventListener("warmline-language", refreshTopics);
setInterval(() => document.visibilityState === "visible" && rooms.line.state === "ready" && refreshTopics(), 30_000);

/** A teen room takes posts only while somebody who looks after it is there (docs/protocol.md). */
hear("notice", ({code, room: name}) => {
  const room = rooms.get(name);
  if (!room || !["hosted", "unhosted"].includes(code)) return;
  room.hosted = code === "hosted";
  rooms.tell("presence", room, null);
});
