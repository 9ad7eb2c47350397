// The ticket's service worker: keeps one person's ticket, and what its page is made of, until the event is over. The server
// writes in front of this file what there is to keep: `self.TICKET = {version, files}`.

/** @typedef {{version: string, files: string[]}} Kept */

// What is slower than this counts as no network.
const PATIENCE_MS = 1500;
const PAGE = "/my/ticket";
const OURS = "ticket ";
const worker = /** @type {ServiceWorkerGlobalScope & {TICKET: Kept}} */ (/** @type {unknown} */ (self));
const { version, files } = worker.TICKET;
const NAME = OURS + version;

worker.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && pathname === PAGE) event.respondWith(page());
  else if (files.includes(pathname)) event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});

async function keep() {
  const cache = await caches.open(NAME);
  await cache.addAll(files);
  await ask();
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OURS) && name !== NAME).map((name) => caches.delete(name)));
}

/** The ticket from the server where it answers in time, else the one kept here. */
async function page() {
  const kept = await held();
  const asked = ask();
  if (!kept) return asked;
  const late = new Promise((wake) => setTimeout(wake, PATIENCE_MS));
  const answer = await Promise.race([asked.catch(() => undefined), late]);
  // Closed in this browser after a while, the registration is still theirs: the ticket that was opened stays good.
  const isClosed = answer instanceof Response && answer.headers.get("location") === new URL("/my", location.href).href;
  return answer instanceof Response && answer.status < 500 && !isClosed ? answer : kept;
}

/** The ticket that is kept, unless its event is over. */
async function held() {
  const cache = await caches.open(NAME);
  const kept = await cache.match(PAGE);
  if (!kept || Date.parse(kept.headers.get("x-kept-until") ?? "") > Date.now()) return kept;
  await cache.delete(PAGE);
  return undefined;
}

/** Asks the server, and keeps the ticket that it gives; where there is none any more, the kept one goes. */
async function ask() {
  const answer = await fetch(PAGE, { cache: "no-store" });
  const cache = await caches.open(NAME);
  if (answer.ok && !answer.redirected) await cache.put(PAGE, answer.clone());
  if (!answer.redirected) return answer;
  if (new URL(answer.url).pathname === "/my/registration") await cache.delete(PAGE);
  return Response.redirect(answer.url);
}

// What stands here is this file's own, next to the door's worker.
export {};
