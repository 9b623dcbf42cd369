/* The doors of the house: what the list of rooms leads to besides rooms. A row is all a view needs to be found there. */

export const DOORS = [
  {view: "ask", words: "doors.ask", icon: "people", roles: null},
  {view: "listen", words: "doors.listen", icon: "heart", roles: ["listener", "responder", "supervisor"]},
  {view: "respond", words: "doors.respond", icon: "with_you", roles: ["responder", "supervisor", "moderator", "operator"]},
  {view: "desk", words: "doors.desk", icon: "kept", roles: ["moderator", "supervisor", "operator", "responder"]},
  {view: "care", words: "doors.care", icon: "candle", roles: null},
  {view: "lines", words: "doors.help", icon: "help", roles: null},
  {view: "settings", words: "doors.settings", icon: "settings", roles: null},
  {view: "staff", words: "doors.staff", icon: "leave", roles: ["listener", "responder", "moderator", "supervisor", "operator"]},
];
