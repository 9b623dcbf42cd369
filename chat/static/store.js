/* What is kept on this device, and how all of it goes.

   `kept` is the visit: this tab only, until it closes. `settings` are choices: this browser, until they are changed or
   everything is forgotten. Both are deaf after a quick exit, and both work when storage is forbidden: the page then only
   forgets on reload. Nothing else touches storage, but the vault (vault.js) and the lines kept for help (help.js). */

const PREFIX = "warmline.";
export const VAULT = "warmline";
export const LINES = "warmline-lines";
const state = {gone: false};

class Kept {
  constructor(place) {
    this.place = place;
    this.here = new Map();
  }

  get(name) {
    try {
      return JSON.parse(this.place().getItem(PREFIX + name));
    } catch {
      return this.here.get(name) ?? null;
    }
  }

  set(name, value) {
    if (state.gone) return;
    try {
      if (value === null || value === undefined || value.length === 0) this.place().removeItem(PREFIX + name);
      else this.place().setItem(PREFIX + name, JSON.stringify(value));
    } catch {
      this.here.set(name, value);
    }
  }

  clear() {
    this.here.clear();
    try {
      for (const name of Object.keys(this.place())) if (name.startsWith(PREFIX)) this.place().removeItem(name);
    } catch {
      // nothing was kept
    }
  }
}

export const kept = new Kept(() => sessionStorage);
const choices = new Kept(() => localStorage);

/** Choices of this browser: language, country, theme and such, in one entry. */
export const settings = {
  get: (name) => (choices.get("settings") ?? {})[name] ?? null,
  set: (name, value) => choices.set("settings", {...choices.get("settings"), [name]: value}),
};

/** Forget the visit, and an invitation of the team; choices, plan and notes stay. */
export function forgetVisit() {
  kept.clear();
  settings.set("staff", null);
}

/** Forget everything there is of us on this device. What takes a while goes on in the worker when the page is gone. */
export function forgetAll() {
  state.gone = true;
  kept.clear();
  choices.clear();
  try {
    navigator.serviceWorker?.controller?.postMessage("forget");
    indexedDB.deleteDatabase(VAULT);
    caches.keys().then((names) => names.forEach((name) => caches.delete(name)));
    navigator.serviceWorker?.getRegistrations().then((all) => all.forEach((one) => one.unregister()));
  } catch {
    // there is no such thing here
  }
}

export const isGone = () => state.gone;
