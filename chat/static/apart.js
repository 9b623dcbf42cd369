/* Whom, and what, this person would rather not come upon: on this device, and never told to anybody.

     muted     their words are left out of this page; only this tab knows
     blocked   the server keeps the two apart, for both alike; here is only remembered who, so that it can be taken back
     themes    of content notes: blurred until opened (as all are), shown at once, or left out (F7)

   Aliases are of one room, so what is kept of one room says nothing about another. */

import {kept, settings} from "./store.js";

export const WISHES = ["blur", "show", "hide"];
const STRICTEST = ["hide", "blur", "show"];

const all = () => kept.get("apart") ?? {};

/** Of a room: alias id → {name, how}, with `how` "muted" or "blocked". */
export const apartIn = (room) => all()[room.name] ?? {};

export const isMuted = (room, aliasId) => apartIn(room)[aliasId]?.how === "muted";

/** Remember how somebody is kept apart; null: no more. */
export function setApart(room, {alias_id: aliasId, name}, how) {
  const {[aliasId]: _, ...others} = apartIn(room);
  kept.set("apart", {...all(), [room.name]: how ? {...others, [aliasId]: {name, how}} : others});
}

export const wishFor = (theme) => (settings.get("themes") ?? {})[theme] ?? "blur";
export const setWish = (theme, wish) => settings.set("themes", {...settings.get("themes"), [theme]: wish === "blur" ? undefined : wish});

/** What becomes of a message with these notes: the strictest of what was wished. */
export function wishOf(notes) {
  const wishes = notes.map(wishFor);
  return STRICTEST.find((wish) => wishes.includes(wish)) ?? "blur";
}

/** Whether a message is left out of what is drawn, told and counted: 0 no, 1 its words only, 2 the whole of it. */
export function leftOut(room, item) {
  if (item.mine || !item.from) return 0;
  if (isMuted(room, item.from.alias_id)) return 2;
  return item.notes?.length && wishOf(item.notes) === "hide" ? 1 : 0;
}
