// The ticket: keeps itself on this device, so that it opens where there is no network.

const shown = document.querySelector("[data-kept]");

if ("serviceWorker" in navigator) {
  navigator.serviceWorker
    .register("/my/ticket/service-worker.js", { scope: "/my/ticket" })
    .then(() => navigator.serviceWorker.ready)
    .then(() => shown?.removeAttribute("hidden"))
    .catch(() => undefined);
}

/** The screen stays lit while the ticket is before us, where the browser can. */
async function stayLit() {
  if (document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
  await navigator.wakeLock.request("screen").catch(() => undefined);
}

document.addEventListener("visibilitychange", stayLit);
stayLit();
