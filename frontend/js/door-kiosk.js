// Self check-in: a tablet that lets people in by their own code and prints their badge, with a network or without.
// Without this script the page's forms do the same, as long as there is a network.
import { openKiosk } from "./door/kiosk.js";

const page = document.querySelector("[data-kiosk]");
if (page instanceof HTMLElement) void openKiosk(page);
// So that the page opens without a network; a browser without workers, or a plain connection, has to do without.
navigator.serviceWorker?.register("/door/kiosk/service-worker.js", { scope: "/door/kiosk" }).catch(() => undefined);
