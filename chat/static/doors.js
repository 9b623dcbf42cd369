/* The doors of the house: what the list of rooms leads to besides rooms. A row is all a view needs to be found there. */

export const DOORS = [
  {view: "care", words: "doors.care", icon: "candle", roles: null},
  {view: "lines", words: "doors.help", icon: "help", roles: null},
  {view: "settings", words: "doors.settings", icon: "settings", roles: null},
];
