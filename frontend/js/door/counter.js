// The page at which people are let in: what the camera, a scanner or a hand gives goes to the desk, and its verdict on the screen.
import { ask } from "./ask.js";
import { Desk, DeskError, openDesk } from "./desk.js";
import { Eye } from "./eye.js";
import { keepTelling } from "./heartbeat.js";
import { Inlet } from "./inlet.js";
import { Screen, Troubles, canBeSetAside, needsAttention, tellStatus } from "./screen.js";
import { openSearch } from "./search.js";
import { Sounds } from "./sounds.js";
import { openStore } from "./store.js";
import { readWords } from "./words.js";

// A verdict that takes longer is announced, so that nobody takes the one before for it.
const SLOW_MS = 350;
const AGES_MS = 20_000;

/**
 * Takes the page over. Where the browser keeps nothing at all its forms go on as they are.
 *
 * @param {HTMLElement} page
 */
export async function openCounter(page) {
  const counter = new Counter(page);
  counter.hear();
  const store = await openStore().catch(() => null);
  if (store) await counter.open(await openDesk({ fetch: fetch.bind(globalThis), store }));
  else counter.giveWay();
}

class Counter {
  /** One badge at a time and in order: the answer on the screen belongs to the one read last. @type {Promise<void>} */
  #queue = Promise.resolve();
  /** @type {{text: string, verdict: import("./desk.js").Verdict} | null} */
  #last = null;
  /** @type {Desk | null} */
  #desk = null;
  #left = false;

  /** @param {HTMLElement} page */
  constructor(page) {
    this.page = page;
    this.words = readWords();
    this.sounds = new Sounds();
    this.form = find(HTMLFormElement, "form[data-scan]");
    this.field = find(HTMLInputElement, "form[data-scan] input[name=badge]");
    this.inlet = new Inlet(this.form, this.field);
    this.stage = find(HTMLElement, "[data-stage]");
    this.screen = new Screen(this.stage, find(HTMLElement, "#verdict"), this.words);
    this.troubles = new Troubles(find(HTMLElement, "[data-troubles]"));
    this.eye = new Eye(
      {
        box: find(HTMLElement, "[data-camera]"),
        toggle: find(HTMLButtonElement, "[data-act=camera]"),
        light: find(HTMLButtonElement, "[data-act=light]"),
        choice: find(HTMLSelectElement, "[data-cameras] select"),
      },
      {
        onText: (text) => this.inlet.give(text),
        onChange: (isOn) => this.#see(isOn),
        onTrouble: (trouble) => this.troubles.set(trouble, true),
      },
    );
  }

  /** Hears and sees from the beginning, though there is no desk yet. */
  hear() {
    this.inlet.hear();
    // A phone would put its keys over the picture.
    if (matchMedia("(pointer: fine)").matches) this.field.focus();
    this.eye.start();
  }

  /** Leaves it to the form, where nothing can be kept. */
  giveWay() {
    this.troubles.set("storage_full", true);
    this.inlet.giveWay();
  }

  /** @param {Desk} desk */
  async open(desk) {
    this.#desk = desk;
    // Another device's names are no business of this one.
    await desk.standIn({ device: this.page.dataset.door, event: this.page.dataset.doorOf });
    // Whoever finds the stewards' page on a kiosk is none of them.
    if (desk.status.device?.kiosk) return location.replace("/door/kiosk");
    desk.addEventListener("status", () => this.#tell());
    desk.addEventListener("sent", (event) => {
      const { conflicts } = /** @type {CustomEvent<import("./sync.js").Sent>} */ (event).detail;
      if (conflicts.length > 0) find(HTMLElement, "[data-contradicted]").hidden = false;
    });
    setInterval(() => this.#tell(), AGES_MS);
    keepTelling(() => desk.status, fetch.bind(globalThis));
    this.#listen(desk);
    this.#tell();
    this.inlet.open((text) => this.take(text));
  }

  /**
   * A code that was read or typed; done once there is a verdict on it.
   *
   * @param {string} text
   * @param {string | null} [overrideReason]
   */
  take(text, overrideReason = null) {
    const desk = this.#desk;
    if (!desk) return this.inlet.give(text);
    this.#queue = this.#queue.catch(() => {}).then(() => this.#settle(desk, text.trim(), overrideReason));
    return this.#queue;
  }

  /** @param {Desk} desk @param {string} text @param {string | null} overrideReason */
  async #settle(desk, text, overrideReason) {
    const how = this.#how();
    const slow = setTimeout(() => this.screen.showState("waiting"), SLOW_MS);
    try {
      const verdict = await desk.scan(text, { ...how, overrideReason });
      this.#last = { text, verdict };
      const mayOverride = canBeSetAside(verdict) && desk.status.grants.includes("override");
      const mayUndo = verdict.verdict === "admitted" && !verdict.replayed;
      clearTimeout(slow);
      this.screen.showVerdict({ verdict, direction: how.direction, mayUndo, mayOverride });
      this.sounds.give(verdict.verdict === "refused" ? "no" : needsAttention(verdict) ? "attention" : "yes");
    } catch (error) {
      clearTimeout(slow);
      this.screen.showState(stateAfter(error, desk.status));
      this.sounds.give("attention");
    }
  }

  /** Where this device stands and which way people go. @returns {{checkpoint: string, direction: "entry" | "exit"}} */
  #how() {
    const chosen = new FormData(this.form);
    const direction = chosen.get("direction") === "exit" ? "exit" : "entry";
    return { checkpoint: String(chosen.get("checkpoint") ?? ""), direction };
  }

  /** @param {Desk} desk */
  #listen(desk) {
    this.screen.place.addEventListener("click", (event) => void this.#act(desk, event));
    for (const name of ["camera", "sound"]) find(HTMLElement, `[data-act=${name}]`).hidden = false;
    this.#listenToSound(find(HTMLButtonElement, "[data-act=sound]"));
    this.form.addEventListener("change", () => this.#place());
    document.querySelector("form[data-leave]")?.addEventListener("submit", (event) => void this.#leave(desk, event));
    const search = find(HTMLDialogElement, "dialog#find");
    openSearch(search, { desk, words: this.words, letIn: (badge) => void this.take(badge) });
    document.querySelector("[data-act=find]")?.addEventListener("click", (event) => {
      event.preventDefault();
      search.showModal();
    });
    for (const dialog of document.querySelectorAll("dialog")) {
      // What happens to be before the camera is not what somebody is typing about.
      new MutationObserver(() => this.eye.pause(dialog.open)).observe(dialog, { attributeFilter: ["open"] });
    }
  }

  /** @param {HTMLButtonElement} button */
  #listenToSound(button) {
    const tell = () => button.setAttribute("aria-pressed", String(!this.sounds.muted));
    button.addEventListener("click", () => {
      this.sounds.mute(!this.sounds.muted);
      tell();
    });
    tell();
  }

  /** @param {Desk} desk @param {Event} event */
  async #act(desk, event) {
    const button = event.target instanceof Element ? event.target.closest("[data-act]") : null;
    const act = button instanceof HTMLElement ? button.dataset.act : "";
    if (act === "next") this.screen.clear();
    if (act === "undo") await this.#undo(desk);
    if (act === "override" && this.#last) {
      const { text } = this.#last;
      const reason = await ask(find(HTMLDialogElement, "dialog#override"));
      if (reason) void this.take(text, reason);
    }
  }

  /** @param {Desk} desk */
  async #undo(desk) {
    const scanId = this.#last?.verdict.scan_id;
    if (!scanId) return;
    try {
      const inside = await this.#takeBack(desk, scanId);
      if (inside !== null) this.screen.showUndone(inside);
    } catch (error) {
      const isAway = error instanceof DeskError && error.code === "offline";
      this.#say(isAway ? this.words.needs_network : this.words.not_allowed);
    }
  }

  /**
   * How many are inside then; null where it was given up. Only an older scan wants a reason, and the server knows which is one.
   *
   * @param {Desk} desk
   * @param {string} scanId
   * @returns {Promise<number | null>}
   */
  async #takeBack(desk, scanId) {
    try {
      return (await desk.undo(scanId, "")).inside;
    } catch (error) {
      if (!(error instanceof DeskError && wantsReason(error))) throw error;
    }
    const reason = await ask(find(HTMLDialogElement, "dialog#undo"));
    return reason ? (await desk.undo(scanId, reason)).inside : null;
  }

  /** Unpairing forgets everything here: not while something of it is nowhere else. @param {Desk} desk @param {Event} event */
  async #leave(desk, event) {
    if (desk.status.waiting > 0) {
      event.preventDefault();
      this.#say(this.words.unsent);
      void desk.refresh();
      return;
    }
    await desk.forget();
  }

  /** @param {boolean} isOn */
  #see(isOn) {
    this.screen.seesCamera = isOn;
    this.stage.classList.toggle("door-stage--sees", isOn);
    if (isOn) this.troubles.forgetCamera();
    this.#tell();
  }

  #tell() {
    const status = this.#desk?.status;
    if (!status) return;
    tellStatus(status, this.words);
    this.screen.zone = status.event?.timezone;
    this.troubles.set("storage_full", status.storageFull);
    this.troubles.set("lease_over", status.isSecure && !status.canDecide && !status.online);
    this.troubles.set("held", status.held > 0);
    if (!status.isSecure) this.troubles.set("insecure", true);
    if (status.event) write("[data-event]", status.event.title);
    if (status.device) write("[data-device]", status.device.name);
    for (const power of ["search", "walk_in"]) {
      const link = document.querySelector(`[data-power=${power}]`);
      link?.toggleAttribute("hidden", !(status.online && status.grants.includes(power)));
    }
    this.#offer(status);
    this.#place();
    if (!status.paired && !this.#left) {
      this.#left = true;
      this.screen.showState("unpaired");
      this.eye.stop();
    }
  }

  /** The checkpoints to choose from, where the page came without any. @param {import("./desk.js").Status} status */
  #offer(status) {
    const list = find(HTMLSelectElement, "select[name=checkpoint]");
    const slugs = status.checkpoints.map((one) => one.slug);
    if (slugs.length === 0 || slugs.join(" ") === [...list.options].map((one) => one.value).join(" ")) return;
    const chosen = list.value || status.checkpoint;
    list.replaceChildren(...status.checkpoints.map(({ slug, name }) => new Option(name, slug, false, slug === chosen)));
    list.closest(".field")?.toggleAttribute("hidden", slugs.length < 2);
  }

  #place() {
    const list = find(HTMLSelectElement, "select[name=checkpoint]");
    write("[data-place]", list.selectedOptions[0]?.text ?? "");
  }

  /** @param {string} text */
  #say(text) {
    write("[data-said-here]", text);
  }
}

/** @param {DeskError} error */
function wantsReason({ problem }) {
  return (problem?.errors ?? []).some((/** @type {{field: string}} */ { field }) => field === "reason");
}

/**
 * What is shown where there is no verdict.
 *
 * @param {unknown} error
 * @param {import("./desk.js").Status} status
 */
function stateAfter(error, { paired }) {
  // Along with the refusal the server had everything wiped that the desk kept: whatever failed, this is why.
  if (!paired) return "unpaired";
  const code = error instanceof DeskError ? error.code : "";
  return code === "undecided" || code === "storage_full" ? "undecided" : "unread";
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

/** @param {string} selector @param {string} text */
function write(selector, text) {
  for (const place of document.querySelectorAll(selector)) if (place.textContent !== text) place.textContent = text;
}
