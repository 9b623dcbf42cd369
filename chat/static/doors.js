/* The doors of the house: what the list of rooms leads to besides rooms. A row is all a view needs to be found there.
   `first`: above the rooms, for what somebody came for; the others stand below them. */

export const DOORS = [
  {view: "ask", words: "doors.ask", icon: "people", roles: null, first: true},
  {view: "listen", words: "doors.listen", icon: "heart", roles: ["listener", "responder", "supervisor"], first: true},
  {view: "respond", words: "doors.respond", icon: "with_you", roles: ["responder", "supervisor", "moderator", "operator"], first: true},
  {view: "desk", words: "doors.desk", icon: "kept", roles: ["moderator", "supervisor", "operator", "responder"], first: true},
  {view: "care", words: "doors.care", icon: "candle", roles: null},
  {view: "lines", words: "doors.help", icon: "help", roles: null},
  {view: "settings", words: "doors.settings", icon: "settings", roles: null},
  {view: "staff", words: "doors.staff", icon: "leave", roles: ["listener", "responder", "moderator", "supervisor", "operator"]},
];
