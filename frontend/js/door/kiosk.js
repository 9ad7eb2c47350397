// Self check-in: one guest after the other holds up a code, is let in by the desk's rules, and takes a badge from the printer.
import { DeskError, openDesk } from "./desk.js";
import { Eye } from "./eye.js";
import { keepTelling } from "./heartbeat.js";
import { fit, printBadge } from "./kiosk-badge.js";
import { KioskScreen, stayLit } from "./kiosk-screen.js";
import { Inlet } from "./inlet.js";
import { remembered } from "./memory.js";
import { Prints } from "./prints.js";
import { qrPath } from "./qr.js";
import { Troubles, tellStatus } from "./screen.js";
import { Sounds } from "./sounds.js";
import { openStore } from "./store.js";
import { readWords } from "./words.js";

/**
 * @typedef {import("./desk.js").Desk} Desk
 * @typedef {import("./desk.js").Verdict} Verdict
 * @typedef {import("./kiosk-badge.js").Face} Face
 */

const SLOW_MS = 350;
// Nobody queues behind a kiosk as at a door, and what the server knows is the better badge.
const PATIENCE_MS = 4_000;
// A guest who walked off leaves a language and half a code behind.
const IDLE_MS = 45_000;
const AGES_MS = 20_000;

/**
 * Takes the page over. Where the browser keeps nothing at all its forms go on as they are.
 *
 * @param {HTMLElement} page
 */
export async function openKiosk(page) {
  const kiosk = new Kiosk(page);
  if ("printNow" in page.dataset) return kiosk.printPage();
  kiosk.hear();
  kiosk.see();
  const store = await openStore().catch(() => null);
  if (store) await kiosk.open(await openDesk({ fetch: fetch.bind(globalThis), store, patienceMs: PATIENCE_MS }));
  else kiosk.inlet.giveWay();
}

class Kiosk {
  /** One guest at a time and in order. @type {Promise<void>} */
  #queue = Promise.resolve();
  /** @type {Desk | null} */
  #desk = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #idle;
  #prints = new Prints();

  /** @param {HTMLElement} page */
  constructor(page) {
    this.page = page;
    this.words = readWords();
    /** @type {Record<string, string>} */
    this.advice = JSON.parse(find(HTMLElement, "#kiosk-advice").textContent ?? "{}");
    this.sounds = new Sounds();
    this.form = find(HTMLFormElement, "form[data-scan]");
    this.field = find(HTMLInputElement, "form[data-scan] input[name=badge]");
    this.inlet = new Inlet(this.form, this.field);
    this.screen = new KioskScreen({
      place: find(HTMLElement, "#answer"),
      start: find(HTMLElement, "[data-start]"),
      badge: find(HTMLElement, "[data-badge]"),
    });
    this.troubles = new Troubles(find(HTMLElement, "[data-troubles]"));
    this.eye = new Eye(
      {
        box: find(HTMLElement, "[data-camera]"),
        toggle: find(HTMLButtonElement, "[data-act=camera]"),
        light: null,
        choice: find(HTMLSelectElement, "[data-cameras] select"),
        facing: "user",
      },
      {
        onText: (text) => this.inlet.give(text),
        onChange: (isOn) => isOn && this.troubles.forgetCamera(),
        onTrouble: (trouble) => this.troubles.set(trouble, true),
      },
    );
  }

  /** A page that the server made of one badge: its words fitted, it is printed. */
  async printPage() {
    await document.fonts.ready;
    fit(this.screen.badge);
    window.print();
  }

  /** Sees from the beginning: there is nobody to switch it on. */
  see() {
    find(HTMLElement, "[data-act=camera]").hidden = false;
    if (remembered("eye") === null) this.eye.wish(true);
    else this.eye.start();
  }

  /** Takes what is typed and scanned from now on; what comes before there is a desk waits for it. */
  hear() {
    this.inlet.hear();
    for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => this.#stir(), { passive: true });
    this.screen.place.addEventListener("click", (event) => void this.#act(event));
    this.#stir();
  }

  /** @param {Desk} desk */
  async open(desk) {
    this.#desk = desk;
    await desk.standIn({ device: this.page.dataset.kiosk, event: this.page.dataset.kioskOf });
    desk.addEventListener("status", () => this.#tell(desk));
    setInterval(() => this.#tell(desk), AGES_MS);
    keepTelling(() => desk.status, fetch.bind(globalThis));
    this.#tell(desk);
    void stayLit();
    document.addEventListener("visibilitychange", stayLit);
    this.inlet.open((text) => this.take(text));
  }

  /** A code that was read or typed; done once it is answered. @param {string} text */
  take(text) {
    const desk = this.#desk;
    this.#stir();
    if (!desk) return this.inlet.give(text);
    this.#queue = this.#queue.catch(() => {}).then(() => this.#settle(desk, text.trim()));
    return this.#queue;
  }

  /** @param {Desk} desk @param {string} text */
  async #settle(desk, text) {
    const slow = setTimeout(() => this.screen.show("waiting"), SLOW_MS);
    try {
      const verdict = await desk.scan(text);
      clearTimeout(slow);
      if (verdict.verdict === "admitted") await this.#welcome(desk, text, verdict);
      else this.#advise(verdict);
    } catch {
      clearTimeout(slow);
      this.screen.show(desk.status.paired ? "desk" : "closed");
      this.sounds.give("attention");
    }
  }

  /** @param {Desk} desk @param {string} text @param {Verdict} verdict */
  async #welcome(desk, text, verdict) {
    const name = verdict.attendee?.name ?? "";
    this.sounds.give("yes");
    try {
      const face = verdict.decidedBy === "server" ? await this.#faceThere(desk, verdict, text) : this.#faceHere(text, verdict);
      this.screen.show(face ? "printing" : "welcome_desk", { name });
      if (face) await this.#print(face);
    } catch (error) {
      const isBefore = error instanceof DeskError && error.code === "printed_before";
      if (isBefore) this.screen.show("welcome_back", { name, printable: verdict.scan_id });
      else this.screen.show("welcome_desk", { name });
    }
  }

  /**
   * What the server has printed for this scan; where it went away since, what this kiosk knows itself.
   *
   * @param {Desk} desk @param {Verdict} verdict @param {string} text
   * @returns {Promise<Face | null>}
   */
  async #faceThere(desk, verdict, text) {
    try {
      return await desk.office("/api/v1/door/badges", { scan_id: verdict.scan_id, again: false });
    } catch (error) {
      if (error instanceof DeskError && error.code === "offline") return this.#faceHere(text, verdict);
      throw error;
    }
  }

  /**
   * A badge of what its own code opens; a typed short code opens nothing.
   *
   * @param {string} text @param {Verdict} verdict
   * @returns {Face | null}
   */
  #faceHere(text, { attendee, scan_id }) {
    const badge = text.toUpperCase();
    if (!attendee?.name || badge.length < 100 || qrPath(badge) === null) return null;
    this.#prints.note(scan_id);
    const title = this.#desk?.status.event?.title ?? "";
    const word = this.words.categories[attendee.category] ?? "";
    return { title, name: attendee.name, organisation: attendee.organisation, city: "", category: attendee.category, word, code: "", badge };
  }

  /** What to do, never why. @param {Verdict} verdict */
  #advise({ reason, previous, decidedBy, scan_id }) {
    const advice = this.advice[reason ?? ""] ?? "desk";
    const sinceMs = previous ? Date.now() - Date.parse(previous.at) : Infinity;
    const isNow = advice === "already" && decidedBy === "server" && sinceMs < Number(this.page.dataset.printWithin) * 1000;
    if (isNow) this.screen.show("already_now", { printable: scan_id });
    else this.screen.show(advice);
    this.sounds.give("attention");
  }

  /** @param {Event} event */
  async #act(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-act]") : null;
    const act = button instanceof HTMLElement ? button.dataset.act : "";
    if (act === "next") this.screen.clear();
    const scanId = this.screen.printable;
    if (act !== "print" || !this.#desk || !scanId) return;
    this.screen.printable = "";
    try {
      const face = await this.#desk.office("/api/v1/door/badges", { scan_id: scanId, again: true });
      this.screen.show("printing_again", { name: face.name });
      await this.#print(face);
    } catch {
      this.screen.show("desk");
    }
  }

  /** @param {Face} face */
  async #print(face) {
    await printBadge(this.screen.badge, face);
    // The window for printing held everything up: the answer is read from now on.
    this.screen.rest();
  }

  /** Somebody is there. When nobody has been for a while, the page is as it was: no half code, and the event's own language. */
  #stir() {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      this.field.value = "";
      if (location.search) location.replace(location.pathname);
      else this.#stir();
    }, IDLE_MS);
  }

  /** @param {Desk} desk */
  #tell(desk) {
    const { status } = desk;
    tellStatus(status, this.words);
    this.troubles.set("storage_full", status.storageFull);
    this.troubles.set("lease_over", status.isSecure && !status.canDecide && !status.online);
    this.troubles.set("held", status.held > 0);
    if (!status.isSecure) this.troubles.set("insecure", true);
    if (status.online) void this.#prints.tell(desk);
    if (status.event) for (const place of document.querySelectorAll("[data-event]")) place.textContent = status.event.title;
    if (status.device) this.#become(status.device);
    if (!status.paired) {
      this.screen.show("closed");
      this.eye.stop();
    }
  }

  /** What the roster says of this device: a page that opened without a network knew nothing of it. @param {any} device */
  #become({ name, kiosk }) {
    if (!kiosk) return location.replace("/door");
    document.body.classList.add(`kiosk--${kiosk}`);
    find(HTMLElement, "[data-device]").textContent = name;
  }
}

/**
 * @template {Element} T
 * @param {new () => T} kind
 * @param {string} selector
 * @returns {T}
 */
function find(kind, selector) {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page has no ${selector}`);
  return found;
}
