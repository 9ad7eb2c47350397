// Pairing with this device's own camera, and a warning where an earlier event's scans would be lost by it.
import { openDesk } from "./desk.js";
import { Eye } from "./eye.js";
import { Troubles, copyOf } from "./screen.js";
import { openStore } from "./store.js";

// 128 bits in letters and digits.
const CODE = /^[A-Z2-7]{26}$/i;

/** @param {HTMLFormElement} form */
export async function helpPairing(form) {
  const box = document.querySelector("[data-camera]");
  const place = document.querySelector("[data-troubles]");
  const toggle = document.querySelector("[data-act=camera]");
  const code = form.elements.namedItem("code");
  if (!(box instanceof HTMLElement && place instanceof HTMLElement && code instanceof HTMLInputElement)) return;
  const troubles = new Troubles(place);
  const eye = new Eye(
    { box, toggle: toggle instanceof HTMLButtonElement ? toggle : null, light: null, choice: null },
    {
      onText(text) {
        const found = codeIn(text);
        if (!found) return;
        eye.stop();
        code.value = found;
        form.requestSubmit();
      },
      onChange(isOn) {
        if (isOn) troubles.forgetCamera();
      },
      onTrouble: (trouble) => troubles.set(trouble, true),
    },
  );
  if (toggle instanceof HTMLElement) toggle.hidden = false;
  const store = await openStore().catch(() => null);
  if (!store) return;
  if ("eventOver" in form.dataset) await sendLast(store);
  if ((await store.waiting()) > 0) place.before(copyOf("trouble-unsent"));
}

/** Sends what was scanned at an event that is over by now, and forgets it. @param {import("./store.js").Store} store */
async function sendLast(store) {
  const desk = await openDesk({ fetch: fetch.bind(globalThis), store });
  await desk.refresh();
}

/**
 * The pairing code in what was scanned: the code itself, or this service's own address with the code behind `#`.
 *
 * @param {string} text
 */
function codeIn(text) {
  if (CODE.test(text)) return text;
  const address = URL.canParse(text) ? new URL(text) : null;
  const isOurs = address?.pathname === "/door/pair";
  const code = address?.hash.slice(1) ?? "";
  return isOurs && CODE.test(code) ? code : null;
}
