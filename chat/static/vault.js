/* The vault: a person's own plan and notes, encrypted on this device (F43). The server never sees them.

   AES-GCM by the browser's WebCrypto, in IndexedDB. Without a passphrase the key is one the browser makes and never
   gives out: it keeps a copied disk or a backup from being read, not somebody who holds the unlocked device. With a
   passphrase the key is derived from it (PBKDF2, below) and kept in memory only; who forgets it cannot get back in. */

import {VAULT} from "./store.js";

// OWASP's figure for PBKDF2 with SHA-256; half a second on a cheap phone, once.
const ROUNDS = 600_000;
const NAMES = "entries";
const KEYS = "keys";
const state = {db: null, key: null};

export const able = () => Boolean(globalThis.crypto?.subtle && globalThis.indexedDB);

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function db() {
  if (state.db) return state.db;
  const opening = indexedDB.open(VAULT, 1);
  opening.onupgradeneeded = () => [NAMES, KEYS].forEach((name) => opening.result.createObjectStore(name));
  state.db = await done(opening);
  state.db.onversionchange = () => (state.db?.close(), (state.db = null)); // a quick exit deletes it from under us
  return state.db;
}

const put = async (place, name, value) => done((await db()).transaction(place, "readwrite").objectStore(place).put(value, name));
const take = async (place, name) => done((await db()).transaction(place).objectStore(place).get(name));

async function derived(passphrase, salt) {
  const base = await crypto.subtle.importKey("raw", new TextEncoder().encode(passphrase.normalize("NFC")), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey({name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS}, base, {name: "AES-GCM", length: 256}, false, ["encrypt", "decrypt"]);
}

async function seal(key, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return {iv, sealed: await crypto.subtle.encrypt({name: "AES-GCM", iv}, key, new TextEncoder().encode(JSON.stringify(value)))};
}

const open = async (key, {iv, sealed}) => JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({name: "AES-GCM", iv}, key, sealed)));

/** "none" (nothing kept), "open" or "locked" (a passphrase is needed). */
export async function condition() {
  if (!able()) return "unable";
  if (state.key) return "open";
  const kept = await take(KEYS, "key");
  if (!kept) return "none";
  if (kept.salt) return "locked";
  state.key = kept;
  return "open";
}

/** Open a locked vault. False: not that passphrase. */
export async function unlock(passphrase) {
  const {salt, proof} = await take(KEYS, "key");
  const key = await derived(passphrase, salt);
  try {
    await open(key, proof);
  } catch {
    return false;
  }
  state.key = key;
  return true;
}

async function begin() {
  if ((await condition()) !== "none") return;
  state.key = await crypto.subtle.generateKey({name: "AES-GCM", length: 256}, false, ["encrypt", "decrypt"]);
  await put(KEYS, "key", state.key);
}

/** Keep a value under a name. */
export async function write(name, value) {
  await begin();
  await put(NAMES, name, await seal(state.key, value));
}

/** The value kept under a name, or null. */
export async function read(name) {
  if ((await condition()) !== "open") return null;
  const sealed = await take(NAMES, name);
  return sealed ? open(state.key, sealed) : null;
}

/** Lock everything there is with a passphrase, or, with an empty one, take the lock away. */
export async function relock(passphrase) {
  await begin();
  const names = await done((await db()).transaction(NAMES).objectStore(NAMES).getAllKeys());
  const values = await Promise.all(names.map((name) => read(name)));
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const key = passphrase ? await derived(passphrase, salt) : await crypto.subtle.generateKey({name: "AES-GCM", length: 256}, false, ["encrypt", "decrypt"]);
  const sealed = await Promise.all(values.map((value) => seal(key, value)));
  const kept = passphrase ? {salt, proof: await seal(key, "warmline")} : key;
  const change = (await db()).transaction([NAMES, KEYS], "readwrite"); // all or nothing
  names.forEach((name, at) => change.objectStore(NAMES).put(sealed[at], name));
  change.objectStore(KEYS).put(kept, "key");
  await new Promise((resolve, reject) => Object.assign(change, {oncomplete: resolve, onerror: () => reject(change.error)}));
  state.key = key;
}

/** Lock it again, until the passphrase is given; nothing without one. */
export async function lock() {
  if ((await take(KEYS, "key"))?.salt) state.key = null;
}

/** Delete everything there is. */
export async function empty() {
  state.db?.close();
  Object.assign(state, {db: null, key: null});
  await done(indexedDB.deleteDatabase(VAULT));
}
