/* What can be done with a message, opened under it: kindness, an answer, changing one's own, and what is between two.

   One panel at a time; it takes the focus, and gives it back to where it was opened. */

import {tellDone} from "./beside.js";
import {between} from "./between.js";
import {announce, banner} from "./frame.js";
import {rooms} from "./live.js";
import {drawActions} from "./message.js";
import {topicOf} from "./topics.js";

/** What reply and edit do is the composer's, which room it is and how it is drawn anew is the log's (conversation.js). */
export const act = {
  opened: new Set(), // ids of content notes that were opened
  room: () => null,
  changed() {},
  react(item, name, on) {
    rooms.react(act.room(), item.id, name, on).then((reply) => reply.type === "refused" && announce(reply.says));
    closeActions(true);
  },
  async takeBack(item) {
    closeActions(true);
    const reply = await rooms.takeBack(act.room(), item.id);
    if (reply.type === "refused") banner(reply.says, "notice");
  },
  toggle(item, more) {
    const open = more.getAttribute("aria-expanded") === "true";
    closeActions(false);
    if (open) return;
    more.setAttribute("aria-expanded", "true");
    const panel = drawActions(item, act.room(), act, {others: Boolean(topicOf(act.room().name).room)});
    more.closest("li").append(panel);
    panel.scrollIntoView({block: "nearest"});
    panel.querySelector("button").focus();
  },
  /** Mute, block, report, worry: opened and closed under the other things one can do. */
  about(item, opener) {
    const panel = opener.closest(".actions");
    const open = panel.querySelector(".between");
    opener.setAttribute("aria-expanded", String(!open));
    if (open) return open.remove();
    panel.append(between({room: act.room(), person: item.from, message: item, changed: act.changed, done: (says) => (closeActions(false), tellDone(says))}));
    panel.querySelector(".between h2").focus();
    return panel.scrollIntoView({block: "nearest"});
  },
};

export function closeActions(focusBack) {
  const panel = document.querySelector(".actions");
  if (!panel) return false;
  const more = panel.closest("li").querySelector(".more");
  more?.setAttribute("aria-expanded", "false");
  panel.remove();
  if (focusBack) more?.focus();
  return true;
}
