/* The views: a row for each. What stands here by name is in the page; what is imported when asked for is a part of its
   own, loaded on first use and kept by the service worker. */

import {view as door} from "./door.js";
import {view as rooms} from "./lobby.js";
import {view as stopped} from "./stopped.js";
import {view as threshold} from "./threshold.js";

export const VIEWS = {
  door: () => door,
  rooms: () => rooms,
  threshold: () => threshold,
  stopped: () => stopped,
  room: () => import("./room.js"),
  lines: () => import("./helpview.js"),
  care: () => import("./care.js"),
  settings: () => import("./settings.js"),
  staff: () => import("./staff.js"),
  desk: () => import("./desk.js"),
  ask: () => import("./ask.js"),
  session: () => import("./session.js"),
  stay: () => import("./stay.js"),
  listen: () => import("./listen.js"),
  respond: () => import("./respond.js"),
  told: () => import("./told.js"),
};

// Views that are returned to when the page was loaded again in the middle of them.
export const RETURNS = new Set(["ask", "session", "stay", "listen", "respond", "desk", "care", "lines", "settings"]);

// Event type → the view whose part must be there to hear it. The event waits for its part and is not lost.
export const WAKES = {waiting: "ask", session_opened: "session", session_changed: "session", session_closed: "session", offered: "listen", offer_withdrawn: "listen", availability: "listen", alerted: "respond", told: "told", follow_up: "told", resolved: "room"};
