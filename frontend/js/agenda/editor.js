/** @import {Place, Session} from "./types.js" */
/** @import {Outcome} from "./saving.js" */
/** @import {Day} from "./day.js" */
import { Chosen } from "./chosen.js";
import { Conflicts } from "./conflicts.js";
import { isSamePlace } from "./day.js";
import { Dragging } from "./dragging.js";
import { Grid } from "./grid.js";
import { Keys } from "./keys.js";
import { Past } from "./past.js";
import { Saving } from "./saving.js";
import { Tools } from "./tools.js";
import { filled } from "./words.js";

/** @typedef {"saved" | "undone" | "redone"} Sort */

/** The page's editor: whatever moves a session comes here, is shown at once, saved, and told. */
export class Editor {
  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} tools
   * @param {Day} day
   */
  constructor(root, tools, day) {
    this.day = day;
    this.address = root.dataset.address ?? "";
    this.saving = new Saving(this.address, root.dataset.token ?? "");
    this.past = new Past();
    this.tools = new Tools(tools, day.words, {
      undo: () => this.undo(), redo: () => this.redo(), again: () => this.tryAgain(),
    });
    root.hidden = false;
    this.grid = new Grid(root, day);
    this.conflicts = new Conflicts(day, this.address);
    this.chosen = new Chosen(day, this.address, {
      shelve: (session) => this.move(session, { ...day.placeOf(session), from: null }),
      closed: () => this.markChosen(),
    });
    root.prepend(this.tools.line);
    root.append(this.chosen.bar);
    /** @type {(() => void) | null} a move that did not reach the server */
    this.unsent = null;
    /** How often a session was put where somebody else said: what was asked for before that no longer counts. */
    /** @type {Map<string, number>} */
    this.setBack = new Map();
    new Dragging(this.grid, day, (session, to) => this.move(session, to));
    new Keys(this.grid, day, {
      drop: (session, to) => this.move(session, to),
      say: (words) => this.tools.say(words),
      open: (session) => location.assign(this.address + session.id),
    });
    root.addEventListener("focusin", (event) => this.choose(event.target));
    root.addEventListener("click", (event) => this.choose(event.target));
    addEventListener("keydown", (event) => this.shortcut(event));
    this.tools.update(this.past);
  }

  /** @param {EventTarget | null} target */
  choose(target) {
    const card = target instanceof Element ? target.closest("[data-id]") : null;
    if (!(card instanceof HTMLElement) || !card.dataset.id) return;
    const own = this.grid.cards.get(card.dataset.id);
    this.chosen.choose(card.dataset.id);
    if (own) this.grid.makeTabStop(own);
    this.markChosen();
  }

  markChosen() {
    for (const [id, card] of this.grid.cards) card.classList.toggle("is-chosen", id === this.chosen.id);
  }

  /**
   * Shows the session there at once, and saves that.
   *
   * @param {Session} session
   * @param {Place} to
   * @param {Sort} [sort]
   */
  move(session, to, sort = "saved") {
    const before = this.day.placeOf(session);
    if (isSamePlace(before, to)) return;
    const setBack = this.setBack.get(session.id) ?? 0;
    this.day.put(session, to);
    this.draw();
    this.tools.say(this.day.words.saving);
    void this.saving.inTurn(async () => {
      if (setBack !== (this.setBack.get(session.id) ?? 0)) return;
      const outcome = await this.saving.move(session.id, { version: session.version, ...this.day.toSend(to) });
      this.settle(session, { before, to, sort }, outcome);
    });
  }

  /**
   * @param {Session} session
   * @param {{before: Place, to: Place, sort: Sort}} move
   * @param {Outcome} outcome
   */
  settle(session, move, outcome) {
    const words = this.day.words;
    if (outcome.kind === "done") {
      // A later move of the same session is on its way already: it shall not jump back meanwhile.
      if (isSamePlace(this.day.placeOf(session), move.to)) this.day.follow(session, outcome.now);
      else session.version = outcome.now.version;
      this.day.keepConflicts(outcome.now.conflicts);
      this.remember(session, move);
      const count = this.day.openConflicts(session.id).length;
      const where = filled(words[move.sort], { where: this.day.spoken(session) });
      this.tell(`${where} ${count ? `${this.day.counted(count)}.` : words.fits}`);
    } else if (outcome.kind === "stale") {
      this.giveUp(session);
      this.day.follow(session, outcome.now);
      this.day.keepConflicts(outcome.now.conflicts);
      this.tell(filled(words.stale, { where: this.day.spoken(session) }), "trouble");
    } else if (outcome.kind === "gone") {
      this.giveUp(session);
      this.day.sessions.delete(session.id);
      this.tell(filled(words.gone, { title: session.title }), "trouble");
    } else {
      this.setBackTo(session, move, outcome);
    }
    this.draw();
  }

  /**
   * Nothing was saved: the session goes back to where it was, and it is said why.
   *
   * @param {Session} session
   * @param {{before: Place, to: Place, sort: Sort}} move
   * @param {Outcome} outcome
   */
  setBackTo(session, move, outcome) {
    this.setBack.set(session.id, (this.setBack.get(session.id) ?? 0) + 1);
    this.day.put(session, move.before);
    const where = this.day.spoken(session);
    const words = this.day.words;
    if (outcome.kind === "refused") {
      this.tell(filled(words.refused, { why: outcome.why, where }), "trouble");
      return;
    }
    this.unsent = () => this.move(session, move.to, move.sort);
    this.tell(filled(outcome.kind === "signed_out" ? words.signed_out : words.away, { where }), "again");
  }

  /**
   * @param {Session} session
   * @param {{before: Place, to: Place, sort: Sort}} move
   */
  remember(session, { before, to, sort }) {
    if (sort === "undone") this.past.undone.push({ id: session.id, before: to, after: before });
    else if (sort === "redone") this.past.done.push({ id: session.id, before, after: to });
    else this.past.add({ id: session.id, before, after: to });
  }

  /** @param {Session} session */
  giveUp(session) {
    this.past.forget(session.id);
    this.setBack.set(session.id, (this.setBack.get(session.id) ?? 0) + 1);
  }

  undo() {
    const step = this.past.done.pop();
    const session = step && this.day.sessions.get(step.id);
    if (session) this.move(session, step.before, "undone");
    else this.tell(this.day.words.nothing_to_undo);
  }

  redo() {
    const step = this.past.undone.pop();
    const session = step && this.day.sessions.get(step.id);
    if (session) this.move(session, step.after, "redone");
    else this.tell(this.day.words.nothing_to_redo);
  }

  tryAgain() {
    const unsent = this.unsent;
    this.unsent = null;
    unsent?.();
  }

  /** @param {KeyboardEvent} event */
  shortcut(event) {
    const typing = event.target instanceof Element && event.target.matches("input, textarea, select");
    if (typing || !(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    if (event.shiftKey) this.redo();
    else this.undo();
  }

  /**
   * @param {string} words
   * @param {"" | "trouble" | "again"} [tone]
   */
  tell(words, tone = "") {
    this.tools.say(words, tone);
    this.tools.update(this.past);
  }

  draw() {
    this.grid.draw();
    this.markChosen();
    this.conflicts.draw();
    this.chosen.draw();
    this.tools.update(this.past);
  }
}
