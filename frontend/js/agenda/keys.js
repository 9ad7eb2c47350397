/** @import {Day} from "./day.js" */
/** @import {Grid} from "./grid.js" */
/** @import {Place, Session} from "./types.js" */
import { DAY, STEP } from "./clock.js";
import { isSamePlace } from "./day.js";
import { filled } from "./words.js";

/** @type {Record<string, [number, number]>} what an arrow key means: [columns, steps of time] */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const HOUR = 60;

/** Does with keys all that a pointer does. */
export class Keys {
  /**
   * @param {Grid} grid
   * @param {Day} day
   * @param {{drop: (session: Session, to: Place) => void, say: (words: string) => void, open: (session: Session) => void}} editor
   */
  constructor(grid, day, editor) {
    this.grid = grid;
    this.day = day;
    this.editor = editor;
    /** @type {{session: Session, place: Place} | null} */
    this.held = null;
    grid.root.addEventListener("keydown", (event) => this.press(event));
    grid.root.addEventListener("focusout", () => this.putBack());
    grid.root.addEventListener("pointerdown", () => this.putBack());
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const card = event.target;
    if (!(card instanceof HTMLButtonElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    const session = this.day.sessions.get(card.dataset.id ?? "");
    if (!session) return;
    const known = this.held ? this.holding(this.held, event) : this.resting(card, session, event);
    if (known) event.preventDefault();
  }

  /**
   * @param {HTMLButtonElement} card
   * @param {Session} session
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key meant something
   */
  resting(card, session, event) {
    if (event.key in ARROWS) this.goOn(card, event.key);
    else if (event.key === "Home" || event.key === "End") this.goToEnd(card, event.key === "Home");
    else if (event.key === "Enter" || event.key === " ") this.pickUp(session);
    else if (event.key.toLowerCase() === "s") this.lay(session);
    else if (event.key.toLowerCase() === "e") this.editor.open(session);
    else return false;
    return true;
  }

  /**
   * @param {{session: Session, place: Place}} held
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key meant something
   */
  holding(held, event) {
    const arrow = ARROWS[event.key];
    if (arrow && event.shiftKey) this.hold(this.resized(held.place, arrow[1]));
    else if (arrow) this.hold(this.moved(held.place, arrow[0], arrow[1] * STEP));
    else if (event.key === "PageUp") this.hold(this.moved(held.place, 0, -HOUR));
    else if (event.key === "PageDown") this.hold(this.moved(held.place, 0, HOUR));
    else if (event.key === "Enter" || event.key === " ") this.letGo(held.place);
    else if (event.key.toLowerCase() === "s") this.letGo({ ...held.place, from: null });
    else if (event.key === "Escape") this.putBack();
    else return false;
    return true;
  }

  /** @param {Session} session */
  pickUp(session) {
    const before = this.day.placeOf(session);
    const seen = this.grid.firstSeen();
    const rooms = before.rooms.length ? before.rooms : [this.day.rooms[seen.column]?.id ?? []].flat();
    this.held = { session, place: before.from === null ? { ...before, from: seen.from, rooms } : before };
    this.grid.cards.get(session.id)?.classList.add("is-lifted");
    this.grid.showGhost(this.held.place, session.title);
    this.grid.followGhost();
    this.editor.say(filled(this.day.words.picked_up, { where: this.day.spoken(session, this.held.place) }));
  }

  /** @param {Place} place */
  hold(place) {
    if (!this.held) return;
    this.held.place = place;
    this.grid.showGhost(place, this.held.session.title);
    this.grid.followGhost();
    this.editor.say(this.day.spoken(this.held.session, place));
  }

  /** @param {Place} place */
  letGo(place) {
    const held = this.free();
    if (held && isSamePlace(this.day.placeOf(held.session), place)) this.sayPutBack(held.session);
    else if (held) this.editor.drop(held.session, place);
  }

  putBack() {
    const held = this.free();
    if (held) this.sayPutBack(held.session);
  }

  free() {
    const held = this.held;
    this.held = null;
    if (!held) return null;
    this.grid.cards.get(held.session.id)?.classList.remove("is-lifted");
    this.grid.showGhost(null);
    return held;
  }

  /** @param {Session} session */
  sayPutBack(session) {
    this.editor.say(filled(this.day.words.put_back, { where: this.day.spoken(session) }));
  }

  /** @param {Session} session */
  lay(session) {
    if (session.starts_at !== null) this.editor.drop(session, { ...this.day.placeOf(session), from: null });
  }

  /**
   * @param {Place} place
   * @param {number} columns
   * @param {number} minutes
   */
  moved(place, columns, minutes) {
    const from = Math.max(0, Math.min((place.from ?? 0) + minutes, DAY - STEP));
    return this.day.shifted({ ...place, from }, columns);
  }

  /**
   * @param {Place} place
   * @param {number} steps
   */
  resized(place, steps) {
    const longest = this.grid.until - (place.from ?? 0);
    return { ...place, minutes: Math.max(STEP, Math.min(place.minutes + steps * STEP, longest)) };
  }

  /**
   * To the next session in that direction: of the same column up and down, of the nearest other one to the sides.
   *
   * @param {HTMLElement} card
   * @param {string} key
   */
  goOn(card, key) {
    const cards = [...(card.parentElement?.querySelectorAll("button") ?? [])];
    const [here, [across, down]] = [card.getBoundingClientRect(), ARROWS[key]];
    const middle = here.left + here.width / 2;
    let best = null;
    let nearest = Infinity;
    for (const other of cards) {
      const there = other.getBoundingClientRect();
      const beside = there.left >= here.right - 1 || there.right <= here.left + 1;
      const ahead = across ? (there.left + there.width / 2 - middle) * across : (there.top - here.top) * down;
      if (other === card || ahead <= 0 || (across ? !beside : beside)) continue;
      const away = across ? ahead * 1000 + Math.abs(there.top - here.top) : ahead;
      if (away < nearest) [best, nearest] = [other, away];
    }
    best?.focus();
  }

  /**
   * @param {HTMLElement} card
   * @param {boolean} first
   */
  goToEnd(card, first) {
    const cards = [...(card.parentElement?.querySelectorAll("button") ?? [])];
    cards.sort((one, other) => one.offsetTop - other.offsetTop || one.offsetLeft - other.offsetLeft);
    cards.at(first ? 0 : -1)?.focus();
  }
}
