/* The service worker: keeps the shell of the page and the lines for help, so that help opens without a network (F45).

   The gateway writes SHELL (what belongs to the page) and VERSION (a mark of its content) above this. Nothing a person
   said or read is ever here. Whatever is not the shell or the lines goes past it to the server. "forget" empties all of
   it and takes the worker away: it is what is left to do when the page itself is already gone. */

const NAME = `warmline-shell-${VERSION}`;
const LINES = "warmline-lines";
// What must open without a network is fetched at once; other parts are kept when somebody first needs them.
const FIRST = SHELL.filter((path) => path === "/" || /^\/parts\/(room|care|helpview|settings)\./.test(path));
const SOON_MS = 1_500; // as long as help waits for a fresh answer

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(tidy()));
self.addEventListener("message", (event) => event.data === "forget" && event.waitUntil(forget()));
self.addEventListener("fetch", (event) => {
  const {pathname, origin} = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  if (SHELL.includes(pathname)) event.respondWith(shell(event.request, pathname));
  else if (pathname.startsWith("/help/")) event.respondWith(lines(event.request));
});

async function keep() {
  const cache = await caches.open(NAME);
  await cache.addAll(FIRST);
  await self.skipWaiting();
}

async function tidy() {
  const old = (await caches.keys()).filter((name) => name.startsWith("warmline-shell-") && name !== NAME);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function forget() {
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
  await self.registration.unregister();
}

/** The page: the server's while it answers soon, so that a new one is seen at once; else the one that is kept. */
async function shell(request, pathname) {
  const cache = await caches.open(NAME);
  const stored = await cache.match(pathname);
  if (pathname !== "/" && stored) return stored;
  const fresh = fetch(request).catch(() => null);
  if (pathname !== "/") {
    const part = await fresh;
    if (part?.ok) await cache.put(pathname, part.clone());
    return part ?? Response.error();
  }
  const first = await Promise.race([fresh, new Promise((late) => setTimeout(late, stored ? SOON_MS : 30_000, null))]);
  return first?.ok ? first : (stored ?? (await fresh) ?? Response.error());
}

async function lines(request) {
  const fresh = fetch(request).catch(() => null);
  const first = await Promise.race([fresh, new Promise((late) => setTimeout(late, SOON_MS, null))]);
  return first?.ok ? first : ((await caches.match(request, {ignoreVary: true})) ?? (await fresh) ?? Response.error());
}
