// The door: pairing this device, then one badge after the other, with a network or without.
// Without this script the pages' forms do the same, as long as there is a network.
import { openCounter } from "./door/counter.js";
import { helpPairing } from "./door/pairing.js";
import { takeSecret } from "./fragment/secret.js";

const counter = document.querySelector("[data-door]");
const pairing = document.querySelector("form[data-fragment]");
if (counter instanceof HTMLElement) void openCounter(counter);
if (pairing instanceof HTMLFormElement) void helpPairing(pairing);
takeSecret(document);
// So that the page opens without a network; a browser without workers, or a plain connection, has to do without.
navigator.serviceWorker?.register("/door/service-worker.js", { scope: "/door" }).catch(() => undefined);
