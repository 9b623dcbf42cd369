/* Night, by the clock of the device in somebody's hand: nobody else knows where they are, and nobody asks.

   It begins when most have said good night and ends when most get up. In between the rooms are thin, and being awake
   alone is a thing of its own; that is when the lantern (lantern.js) is shown without being asked for. */

// Ten at night is when the calls of warm lines begin to climb and those of a house fall silent; at six the first are up.
const FROM = 22;
const TO = 6;

/** Whether it is night at `at`. */
export const isNight = (at = new Date()) => at.getHours() >= FROM || at.getHours() < TO;

/** Milliseconds until it is the other of the two; a clock that is put back or forward in between counts as it shows. */
export function turnsIn(at = new Date()) {
  const next = new Date(at);
  next.setHours(isNight(at) ? TO : FROM, 0, 0, 0);
  if (next <= at) next.setDate(next.getDate() + 1);
  return next - at;
}
