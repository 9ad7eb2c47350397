/** @import {Day} from "./day.js" */
/** @import {Conflict} from "./types.js" */
import { made } from "./words.js";

/** The list of what does not fit. A reason that is being typed stays where it is while the list changes around it. */
export class Conflicts {
  /**
   * @param {Day} day
   * @param {string} address where the sessions' addresses begin
   */
  constructor(day, address) {
    this.day = day;
    this.address = address;
    this.list = document.querySelector("[data-editor=conflicts]");
    this.nothing = document.querySelector("[data-editor=no-conflicts]");
    this.pattern = document.querySelector("template#editor-conflict");
  }

  draw() {
    const { list, nothing } = this;
    if (!list || !(nothing instanceof HTMLElement)) return;
    const shown = new Map([...list.children].map((item) => [item instanceof HTMLElement ? item.dataset.key : "", item]));
    const items = this.day.conflicts.map((one) => shown.get(one.key) ?? this.item(one));
    for (const item of shown.values()) if (!items.includes(item)) item.remove();
    items.forEach((item, index) => {
      if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
    });
    nothing.hidden = items.length > 0;
    const count = document.querySelector("[data-editor=count]");
    const words = this.day.counted(this.day.openOnTheDay());
    if (count) count.textContent = words && `, ${words}`;
  }

  /** @param {Conflict} conflict */
  item(conflict) {
    const copy = this.pattern instanceof HTMLTemplateElement ? this.pattern.content.cloneNode(true) : null;
    const item = copy instanceof DocumentFragment ? copy.querySelector("li") : null;
    if (!item) return made("li", "conflict", conflict.message);
    item.dataset.key = conflict.key;
    item.classList.add(`conflict--${conflict.severity}`);
    item.classList.toggle("conflict--settled", conflict.reason !== null);
    const words = this.day.words;
    const severity = { error: words.clash, warning: words.warning, notice: words.notice }[conflict.severity];
    setText(item, ".conflict__severity", severity);
    setText(item, ".conflict__message", conflict.message);
    setText(item, ".conflict__reason span", conflict.reason ?? "");
    for (const [selector, hidden] of /** @type {[string, boolean][]} */ ([
      [".conflict__reason", conflict.reason === null],
      [".conflict__withdraw", conflict.reason === null],
      [".conflict__fold", conflict.reason !== null],
    ])) {
      const part = item.querySelector(selector);
      if (part instanceof HTMLElement) part.hidden = hidden;
    }
    for (const input of item.querySelectorAll("input[name=key]")) {
      if (input instanceof HTMLInputElement) input.value = conflict.key;
    }
    item.querySelector(".conflict__sessions")?.replaceChildren(...this.links(conflict));
    return item;
  }

  /** @param {Conflict} conflict */
  links(conflict) {
    return conflict.session_ids.flatMap((id) => {
      const session = this.day.sessions.get(id);
      if (!session) return [];
      const link = made("a", "", session.title);
      link.href = this.address + id;
      return [link];
    });
  }
}

/**
 * @param {Element} item
 * @param {string} selector
 * @param {string} text
 */
function setText(item, selector, text) {
  const part = item.querySelector(selector);
  if (part) part.textContent = text;
}
