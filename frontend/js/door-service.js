// The door's service worker: keeps what the page is made of, so that it opens without a network. Answers about people are
// never kept here. The server writes in front of this file what there is to keep: `self.DOOR = {name, version, pages, files}`;
// a change of any of it is a new worker, which fetches everything and throws the old away. A kiosk has a worker of its own name.

/** @typedef {{name: string, version: string, pages: Record<string, string>, files: string[]}} Kept `pages`: address → what is kept of it */

// What is slower than this counts as no network.
const PATIENCE_MS = 1000;
const worker = /** @type {ServiceWorkerGlobalScope & {DOOR: Kept}} */ (/** @type {unknown} */ (self));
const { name: application, version, pages, files } = worker.DOOR;
const OURS = `${application} `;
const NAME = OURS + version;

worker.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  const shell = pages[pathname + search] ?? pages[pathname];
  if (request.mode === "navigate" && shell) event.respondWith(page(event, shell));
  else if (files.includes(pathname)) event.respondWith(file(request));
});

/** Fetches everything; one that cannot be had lets the whole installation fail, and the browser tries again later. */
async function keep() {
  const cache = await caches.open(NAME);
  await Promise.all([cache.addAll(files), cache.addAll(Object.values(pages).map(fresh))]);
}

/** A page without anything of anybody in it, past the browser's own cache. @param {string} shell */
function fresh(shell) {
  return new Request(shell, { cache: "reload" });
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OURS) && name !== NAME).map((name) => caches.delete(name)));
}

/**
 * The page from the server where it answers in time, else the one kept here. A kept page that is opened while there is a
 * network is brought up to date afterwards, for it may be in another language by now.
 *
 * @param {FetchEvent} event
 * @param {string} shell
 */
async function page(event, shell) {
  const cache = await caches.open(NAME);
  const kept = await cache.match(shell);
  const asked = fetch(event.request);
  event.waitUntil(
    asked.then(
      () => cache.add(fresh(shell)).catch(() => undefined),
      () => undefined,
    ),
  );
  if (!kept) return asked;
  const late = new Promise((wake) => setTimeout(wake, PATIENCE_MS));
  const answer = await Promise.race([asked.catch(() => undefined), late]);
  return answer instanceof Response && answer.status < 500 ? answer : kept;
}

/**
 * A file under a name with its hash: what is kept is what it was.
 *
 * @param {Request} request
 */
async function file(request) {
  const kept = await caches.match(request, { ignoreSearch: true });
  return kept ?? fetch(request);
}
