// What the page shows: the verdict over everything, what stands in the way, and how it stands with the network.
import { filled, toldAge, toldMoment } from "./words.js";

/**
 * @typedef {import("./desk.js").Verdict} Verdict
 * @typedef {import("./desk.js").Status} Status
 * @typedef {import("./words.js").Words} Words
 *
 * @typedef {object} Shown a verdict, and what the person at the door may do about it
 * @property {Verdict} verdict
 * @property {"entry" | "exit"} direction
 * @property {boolean} mayUndo
 * @property {boolean} mayOverride
 */

// The sign of each refusal: one that a supervisor may set aside is another than one that stands.
const MAY_BE_SET_ASIDE = new Set(["already_admitted", "not_admitted_here", "outside_hours", "not_inside"]);
// After that the camera has the screen again; a refusal stays until somebody looked at it.
const WELCOME_LASTS_MS = 4000;

/** Whether a supervisor may let in against this refusal. @param {Verdict} verdict */
export function canBeSetAside({ verdict, reason }) {
  return verdict === "refused" && reason !== null && MAY_BE_SET_ASIDE.has(reason);
}

/** Whether somebody has to look closer although all is well. @param {Verdict} verdict */
export function needsAttention({ verdict, attendee }) {
  return verdict === "admitted" && Boolean(attendee?.note || attendee?.photo_id);
}

export class Screen {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #back;

  /** @param {HTMLElement} stage @param {HTMLElement} place where verdicts stand @param {Words} words */
  constructor(stage, place, words) {
    this.stage = stage;
    this.place = place;
    this.words = words;
    this.seesCamera = false;
    /** @type {string | undefined} */
    this.zone = undefined;
  }

  /** @param {Shown} shown */
  showVerdict(shown) {
    const { verdict, direction } = shown;
    const made = copyOf("verdict-template");
    const box = /** @type {HTMLElement} */ (made.querySelector(".verdict"));
    box.classList.add(`verdict--${verdict.verdict}`);
    box.dataset.scan = verdict.scan_id;
    put(box, "shape", copyOf(`shape-${shapeOf(verdict, direction)}`));
    write(box, this.#said(verdict, direction));
    for (const [name, allowed] of /** @type {[string, boolean][]} */ ([
      ["undo", shown.mayUndo],
      ["override", shown.mayOverride],
      ["next", this.seesCamera],
    ])) {
      if (!allowed) box.querySelector(`[data-act=${name}]`)?.remove();
    }
    const lasts = verdict.verdict === "admitted" && !needsAttention(verdict);
    this.#show(made, verdict.verdict, { lasts: lasts ? WELCOME_LASTS_MS : null });
  }

  /** A scan that was taken back. @param {number} inside */
  showUndone(inside) {
    const made = copyOf("verdict-template");
    const box = /** @type {HTMLElement} */ (made.querySelector(".verdict"));
    box.classList.add("verdict--undone");
    put(box, "shape", copyOf("shape-back"));
    write(box, { word: this.words.word.undone, inside: filled(this.words.inside, { inside }) });
    for (const name of ["undo", "override"]) box.querySelector(`[data-act=${name}]`)?.remove();
    this.#show(made, "undone", { lasts: WELCOME_LASTS_MS });
  }

  /** One of the page's own answers: waiting, undecided, unread, unpaired. @param {string} name */
  showState(name) {
    this.#show(copyOf(`state-${name}`), name === "waiting" ? "waiting" : "refused", { lasts: null });
  }

  /** The camera again, or what to do next where there is none. */
  clear() {
    clearTimeout(this.#back);
    this.place.replaceChildren(copyOf("state-ready"));
    this.stage.dataset.verdict = "";
    document.body.dataset.verdict = "";
  }

  /**
   * @param {DocumentFragment} content
   * @param {string} tone
   * @param {{lasts: number | null}} how
   */
  #show(content, tone, { lasts }) {
    clearTimeout(this.#back);
    this.place.replaceChildren(content);
    this.stage.dataset.verdict = tone;
    document.body.dataset.verdict = tone;
    // Without a camera the answer stays until the next: there is nothing else to look at.
    if (lasts !== null && this.seesCamera) this.#back = setTimeout(() => this.clear(), lasts);
  }

  /** @param {Verdict} verdict @param {"entry" | "exit"} direction */
  #said(verdict, direction) {
    const { words } = this;
    const { attendee, previous, reason } = verdict;
    const welcome = direction === "exit" ? words.word.goodbye : words.word.welcome;
    const whose = [attendee?.organisation, attendee?.category && words.categories[attendee.category], attendee?.city];
    const nameless = attendee?.by_code ? words.by_code : words.nameless;
    const before = previous && { when: toldMoment(previous.at, this.zone), where: `${previous.checkpoint} (${previous.device})` };
    return {
      word: verdict.verdict === "admitted" ? welcome : words.word.stop,
      reason: reason ? words.reasons[reason] : "",
      advice: reason ? words.advice[reason] : "",
      name: attendee?.name ?? (verdict.verdict === "admitted" ? nameless : ""),
      whose: whose.filter(Boolean).join(" · "),
      note: attendee?.note ?? "",
      photo_id: attendee?.photo_id ? words.photo_id : "",
      previous: before ? filled(words.previous, before) : "",
      inside: filled(words.inside, { inside: verdict.inside }),
      decided: verdict.decidedBy === "device" ? words.decided_here : "",
    };
  }
}

/** How it stands with the network, in one plain line. @param {Status} status @param {Words} words */
export function tellStatus(status, words) {
  const roster = status.rosterAt === null ? words.no_roster : filled(words.roster, { age: toldAge(status.rosterAt) });
  const waiting = status.waiting > 0 ? filled(words.waiting, { count: status.waiting }) : "";
  for (const [name, text] of [
    ["net", status.online ? words.online : words.offline],
    ["roster", roster],
    ["waiting", waiting],
  ]) {
    for (const place of document.querySelectorAll(`[data-status=${name}]`)) {
      if (place.textContent !== text) place.textContent = text;
      place.toggleAttribute("hidden", text === "");
    }
  }
  document.body.dataset.net = status.online ? "online" : "offline";
}

/** What stands in the way and what to do about it; the gravest alone, for a phone is small. */
export class Troubles {
  /** From grave to slight. */
  static ORDER = ["storage_full", "lease_over", "held", "insecure", "decoder", "camera_denied", "camera_none", "camera_busy"];
  /** @type {Set<string>} */
  #present = new Set();
  #shown = "";

  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
  }

  /** @param {string} name @param {boolean} isSo */
  set(name, isSo) {
    if (isSo) this.#present.add(name);
    else this.#present.delete(name);
    const gravest = Troubles.ORDER.find((one) => this.#present.has(one)) ?? "";
    if (gravest === this.#shown) return;
    this.#shown = gravest;
    this.place.replaceChildren(...(gravest ? [copyOf(`trouble-${gravest}`)] : []));
  }

  /** Takes back all that was said of the camera. */
  forgetCamera() {
    for (const name of ["insecure", "decoder", "camera_denied", "camera_none", "camera_busy"]) this.set(name, false);
  }
}

/** @param {Verdict} verdict @param {"entry" | "exit"} direction */
function shapeOf(verdict, direction) {
  if (verdict.verdict === "admitted") return direction === "exit" ? "leave" : "tick";
  return canBeSetAside(verdict) ? "stop" : "cross";
}

/**
 * A copy of one of the page's `<template>`s.
 *
 * @param {string} id
 */
export function copyOf(id) {
  const template = document.getElementById(id);
  if (!(template instanceof HTMLTemplateElement)) throw new Error(`no template ${id}`);
  return /** @type {DocumentFragment} */ (template.content.cloneNode(true));
}

/** @param {ParentNode} box @param {string} slot @param {Node} content */
function put(box, slot, content) {
  box.querySelector(`[data-slot=${slot}]`)?.replaceChildren(content);
}

/**
 * Writes texts into their slots; a slot without a text goes.
 *
 * @param {ParentNode} box
 * @param {Record<string, string>} texts
 */
export function write(box, texts) {
  for (const slot of box.querySelectorAll("[data-slot]")) {
    const name = /** @type {HTMLElement} */ (slot).dataset.slot ?? "";
    if (name === "shape") continue;
    if (texts[name]) slot.textContent = texts[name];
    else slot.remove();
  }
}
