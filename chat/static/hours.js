/* Opening hours, read off the wall clock of a line's own zone, as moderation/hours.py does: for a page that is cut off.

   `hours` is "always", null (nobody knows, which is not open) or {zone, spans: [[weekday, from, to]], monthly, holidays};
   Monday is 0, minutes count from midnight and may pass it. */

const DAY = 1_440;
const AHEAD_HOURS = 14 * 24;
const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const clocks = new Map();

/** The wall clock of a zone: {year, month, day, weekday, minute}. */
export function wall(at, zone) {
  const clock = clocks.get(zone) ?? clocks.set(zone, new Intl.DateTimeFormat("en-US", {timeZone: zone, hourCycle: "h23", weekday: "short", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit"})).get(zone);
  const part = Object.fromEntries(clock.formatToParts(at).map(({type, value}) => [type, value]));
  return {year: +part.year, month: +part.month, day: +part.day, weekday: WEEKDAYS.indexOf(part.weekday.toLowerCase()), minute: +part.hour * 60 + +part.minute};
}

/** Whether a rule (`12-25`, `11 thu 4`, `05 mon last`) names the day; a fixed one on a weekend is kept beside it too. */
function names(rule, {year, month, day, weekday}) {
  if (rule.includes("-")) {
    const [wantedMonth, wantedDay] = rule.split("-").map(Number);
    if (month === wantedMonth && day === wantedDay) return true;
    const near = new Date(Date.UTC(year, month - 1, day + ({4: 1, 0: -1}[weekday] ?? 0)));
    return [0, 6].includes(near.getUTCDay()) && near.getUTCMonth() + 1 === wantedMonth && near.getUTCDate() === wantedDay;
  }
  const [wantedMonth, name, which] = rule.split(" ");
  if (month !== Number(wantedMonth) || weekday !== WEEKDAYS.indexOf(name)) return false;
  if (which === "last") return day + 7 > new Date(Date.UTC(year, month, 0)).getUTCDate();
  return Math.floor((day - 1) / 7) + 1 === Number(which);
}

/** true, false, or null where nobody knows. */
export function openAt(hours, at = Date.now()) {
  if (hours === "always") return true;
  if (!hours?.zone) return null;
  const now = wall(at, hours.zone);
  if (hours.holidays?.some((rule) => names(rule, now))) return false;
  const weekly = hours.spans.some(([day, from, to]) => (now.weekday === day && from <= now.minute && now.minute < to) || ((now.weekday + 6) % 7 === day && from <= now.minute + DAY && now.minute + DAY < to));
  const order = now.day * DAY + now.minute;
  return weekly || (hours.monthly ?? []).some(([first, start, last, end]) => first * DAY + start <= order && order < last * DAY + end);
}

/** When it opens next (milliseconds), or null. Looked for by the quarter of an hour, which is how hours are written. */
export function opensAt(hours, at = Date.now()) {
  if (openAt(hours, at) !== false) return null;
  const quarter = 900_000;
  const first = Math.ceil(at / quarter) * quarter;
  for (let step = 0; step < AHEAD_HOURS * 4; step += 1) if (openAt(hours, first + step * quarter)) return first + step * quarter;
  return null;
}
