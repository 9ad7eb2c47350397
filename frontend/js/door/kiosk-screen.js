// What a kiosk shows: the start, or one answer that goes by itself, and with it all that the tablet holds of the guest.
import { emptyBadge } from "./kiosk-badge.js";
import { copyOf } from "./screen.js";

// An answer stays until it is read, or somebody else holds up a code; then the next guest finds the start.
const ANSWER_LASTS_MS = 12_000;
// These stay until something happens.
const LASTING = new Set(["waiting", "closed"]);

export class KioskScreen {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #back;
  /** The scan whose badge the button on the screen prints; empty where there is none. */
  printable = "";

  /** @param {{place: HTMLElement, start: HTMLElement, badge: HTMLElement}} parts where answers, the start and the badge stand */
  constructor({ place, start, badge }) {
    this.place = place;
    this.start = start;
    this.badge = badge;
  }

  /** @param {string} kind of one of the page's templates @param {{name?: string, printable?: string}} [facts] */
  show(kind, { name = "", printable = "" } = {}) {
    const made = copyOf(`kiosk-${kind}`);
    const slot = made.querySelector("[data-slot=name]");
    if (slot) slot.textContent = name;
    document.body.dataset.tone = made.querySelector(".kiosk-answer--yes") ? "yes" : "wait";
    this.printable = printable;
    this.place.replaceChildren(made);
    this.start.hidden = true;
    clearTimeout(this.#back);
    if (!LASTING.has(kind)) this.rest();
  }

  /** The answer is read from now on. */
  rest() {
    clearTimeout(this.#back);
    this.#back = setTimeout(() => this.clear(), ANSWER_LASTS_MS);
  }

  /** The start again, and nothing of anybody. */
  clear() {
    clearTimeout(this.#back);
    this.printable = "";
    this.place.replaceChildren();
    this.start.hidden = false;
    delete document.body.dataset.tone;
    emptyBadge(this.badge);
  }
}

/** The screen stays lit, where the browser can. */
export async function stayLit() {
  if (document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
  await navigator.wakeLock.request("screen").catch(() => undefined);
}
