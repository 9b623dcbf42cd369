/* Words: every string a person sees, in their language.

   A catalogue is a module `words-<area>.js` of `key: [English, Spanish]`; `learn` takes it in. A form with a number is
   `{one: …, other: …}`, chosen by the plural rules of the language; `{name}` is filled in. Times, numbers and lists follow
   the language, with the habits of the browser's own region. `mirror` is a language for tests: right to left, every
   string in brackets, so that what never went through here can be seen. */

export const LANGUAGES = [["en", "English"], ["es", "Español"]];
const MIRROR = "mirror";
const FILLED = /\{(\w+)\}/g;
const RIGHT_TO_LEFT = /[\u0590-\u08ff]/;

const table = new Map();
const tongue = {code: "en", at: 0, locale: "en", formats: new Map()};

export function learn(words) {
  for (const [key, forms] of Object.entries(words)) table.set(key, forms);
}

/** The browser's first language that we have, or English. */
export function guess(wanted = navigator.languages ?? []) {
  const codes = LANGUAGES.map(([code]) => code);
  return wanted.map((one) => one.split("-")[0].toLowerCase()).find((code) => codes.includes(code)) ?? "en";
}

/** Speak `code` from now on. What stands on the page already has to be drawn again. */
export function speak(code) {
  const mirrored = code === MIRROR;
  const at = LANGUAGES.findIndex(([one]) => one === code);
  const own = (navigator.languages ?? []).find((one) => one.toLowerCase().startsWith(code));
  Object.assign(tongue, {code, at: Math.max(0, at), locale: mirrored ? "en" : (own ?? code), formats: new Map()});
  document.documentElement.lang = mirrored ? "en" : code;
  document.documentElement.dir = mirrored ? "rtl" : "ltr";
}

/** The language of the page, as two letters. */
export const language = () => spoken();
export const spoken = () => (tongue.code === MIRROR ? "en" : tongue.code);

/* A formatter is made once a language and kept by its name, so no two may be called alike. */
const format = (name, make) => tongue.formats.get(name) ?? (tongue.formats.set(name, make()), tongue.formats.get(name));
const isolated = (value) => (tongue.code === MIRROR || RIGHT_TO_LEFT.test(value) ? `\u2068${value}\u2069` : value);

/** The words for `key`. `n` chooses the form and is written as the language writes numbers. */
export function t(key, values = {}) {
  const forms = table.get(key);
  if (!forms) throw new Error(`no words for ${key}`);
  let form = forms[tongue.at] ?? forms[0];
  if (typeof form === "object") form = form[format("plural", () => new Intl.PluralRules(tongue.locale)).select(values.n ?? 0)] ?? form.other;
  const said = form.replace(FILLED, (_, name) => (typeof values[name] === "number" ? count(values[name]) : isolated(String(values[name] ?? ""))));
  return tongue.code === MIRROR ? `⟦${said}⟧` : said;
}

export const has = (key) => table.has(key);
export const count = (n) => format("number", () => new Intl.NumberFormat(tongue.locale)).format(n);
export const when = (at) => format("clock", () => new Intl.DateTimeFormat(tongue.locale, {hour: "2-digit", minute: "2-digit"})).format(new Date(at));
export const dayOf = (at) => format("day", () => new Intl.DateTimeFormat(tongue.locale, {weekday: "long", day: "numeric", month: "long"})).format(new Date(at));
export const dateOf = (at) => format("date", () => new Intl.DateTimeFormat(tongue.locale, {dateStyle: "medium", timeZone: "UTC"})).format(new Date(at));
export const momentOf = (at) => format("moment", () => new Intl.DateTimeFormat(tongue.locale, {weekday: "short", hour: "2-digit", minute: "2-digit"})).format(new Date(at));
export const listed = (names) => format("list", () => new Intl.ListFormat(tongue.locale)).format(names);
export const languageName = (code) => named("language", code);
export const countryName = (code) => named("region", code);

function named(type, code) {
  try {
    return format(`name of ${type}`, () => new Intl.DisplayNames([tongue.locale], {type})).of(code) ?? code;
  } catch {
    return code;
  }
}

const UNITS = [[86_400, "day"], [3_600, "hour"], [60, "minute"], [1, "second"]];

/** "3 days", from seconds; null for nothing. */
export function span(seconds) {
  if (!seconds) return null;
  const [size, unit] = UNITS.find(([least]) => seconds >= least) ?? UNITS[3];
  return format(`so many ${unit}`, () => new Intl.NumberFormat(tongue.locale, {style: "unit", unit, unitDisplay: "long"})).format(Math.round(seconds / size));
}

/** "2:05", from milliseconds; for clocks. */
export function countdown(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
