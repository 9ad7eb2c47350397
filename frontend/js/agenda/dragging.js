/** @import {Day} from "./day.js" */
/** @import {Grid} from "./grid.js" */
/** @import {Place, Session} from "./types.js" */
import { DAY, STEP, onStep } from "./clock.js";

const START_PX = 5;
const HOLD_MS = 350;
const EDGE_PX = 48;
const FASTEST_PX = 12;

/**
 * A session between taking hold of it and letting go. `begun` once it follows the pointer; `by` is how many minutes below its
 * begin it was taken, `column` in which column.
 *
 * @typedef {{card: HTMLElement, session: Session, before: Place, resizing: boolean, begun: boolean, pointer: number, x: number,
 *   y: number, startX: number, startY: number, by: number, column: number, target: Place | null, hold: number}} Drag
 */

/** Moves sessions by mouse, pen and finger: along the grid, to the shelf and from it, by their lower edge to another length. */
export class Dragging {
  /**
   * @param {Grid} grid
   * @param {Day} day
   * @param {(session: Session, to: Place) => void} drop
   */
  constructor(grid, day, drop) {
    this.grid = grid;
    this.day = day;
    this.drop = drop;
    /** @type {Drag | null} */
    this.drag = null;
    grid.root.addEventListener("pointerdown", (event) => this.press(event));
    grid.root.addEventListener("pointermove", (event) => this.follow(event));
    grid.root.addEventListener("pointerup", (event) => this.release(event));
    grid.root.addEventListener("pointercancel", () => this.cancel());
    grid.root.addEventListener("lostpointercapture", () => this.cancel());
    // Only this keeps a finger that holds a session from scrolling the page; without one held, it scrolls.
    grid.root.addEventListener("touchmove", (event) => this.drag?.begun && event.preventDefault(), { passive: false });
    grid.root.addEventListener("contextmenu", (event) => this.drag && event.preventDefault());
    grid.root.addEventListener("click", (event) => this.swallow(event), { capture: true });
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.drag?.begun) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.cancel();
    }, { capture: true });
    this.endedAt = -Infinity;
  }

  /** @param {PointerEvent} event */
  press(event) {
    const target = event.target instanceof Element ? event.target : null;
    const card = target?.closest("[data-id]");
    const session = card instanceof HTMLElement ? this.day.sessions.get(card.dataset.id ?? "") : undefined;
    if (this.drag || event.button !== 0 || !(card instanceof HTMLElement) || !session) return;
    const before = this.day.placeOf(session);
    const { minute, column } = this.grid.at(event.clientX, event.clientY);
    const resizing = before.from !== null && target?.closest(".tile__edge") != null;
    this.drag = {
      card, session, before, resizing, column, begun: false, target: null, hold: 0, pointer: event.pointerId,
      by: before.from === null ? 0 : minute - before.from,
      x: event.clientX, y: event.clientY, startX: event.clientX, startY: event.clientY,
    };
    // A finger that moves at once wants to scroll. The chosen session and an edge are taken at once: the page does not scroll there.
    const waits = event.pointerType === "touch" && !resizing && !card.classList.contains("is-chosen");
    if (waits) this.drag.hold = window.setTimeout(() => this.begin(), HOLD_MS);
  }

  begin() {
    const drag = this.drag;
    if (!drag) return;
    drag.begun = true;
    drag.hold = 0;
    drag.card.setPointerCapture(drag.pointer);
    this.mark(drag, true);
    navigator.vibrate?.(10);
    this.aim();
    requestAnimationFrame(() => this.scrollAtEdges());
  }

  /** @param {PointerEvent} event */
  follow(event) {
    const drag = this.drag;
    if (!drag || event.pointerId !== drag.pointer) return;
    drag.x = event.clientX;
    drag.y = event.clientY;
    const far = Math.hypot(drag.x - drag.startX, drag.y - drag.startY) > START_PX;
    if (drag.begun) this.aim();
    else if (drag.hold && far) this.cancel();
    else if (!drag.hold && far) this.begin();
  }

  /** @param {PointerEvent} event */
  release(event) {
    const drag = this.drag;
    if (!drag || event.pointerId !== drag.pointer) return;
    const target = drag.begun ? drag.target : null;
    this.cancel();
    if (target) this.drop(drag.session, target);
  }

  cancel() {
    const drag = this.drag;
    if (!drag) return;
    this.drag = null;
    clearTimeout(drag.hold);
    if (!drag.begun) return;
    this.endedAt = performance.now();
    this.mark(drag, false);
    this.grid.showGhost(null);
  }

  /** Where it would go if it were let go now. */
  aim() {
    const drag = this.drag;
    if (!drag) return;
    drag.target = drag.resizing ? this.resized(drag) : this.moved(drag);
    this.grid.showGhost(drag.target, drag.session.title);
  }

  /**
   * @param {Drag} drag
   * @returns {Place}
   */
  resized(drag) {
    const from = drag.before.from ?? 0;
    // As far as the pointer went since it took the edge, a little above the session's end.
    const further = this.grid.at(drag.x, drag.y).minute - from - drag.by;
    const until = Math.min(onStep(from + drag.before.minutes + further), this.grid.until);
    return { ...drag.before, minutes: Math.max(STEP, until - from) };
  }

  /**
   * @param {Drag} drag
   * @returns {Place | null}
   */
  moved(drag) {
    const area = this.grid.areaAt(drag.x, drag.y);
    if (area === "shelf") return { ...drag.before, from: null };
    if (area === "nowhere") return null;
    const at = this.grid.at(drag.x, drag.y);
    const from = Math.max(0, Math.min(onStep(at.minute - drag.by), DAY - STEP));
    const column = Math.max(0, Math.min(at.column, this.grid.columns - 1));
    if (drag.before.from !== null) return this.day.shifted({ ...drag.before, from }, column - drag.column);
    return { from, minutes: drag.before.minutes, rooms: this.roomsAt(drag.before, column) };
  }

  /**
   * From the shelf a session goes to the column it is dropped on; one of several rooms goes with its first.
   *
   * @param {Place} before
   * @param {number} column
   */
  roomsAt(before, column) {
    if (before.rooms.length < 2) return this.day.rooms[column] ? [this.day.rooms[column].id] : [];
    return this.day.shifted(before, column - this.day.columnsOf(before)[0]).rooms;
  }

  /** Near an edge of the grid, or of the window, what is beyond comes closer. */
  scrollAtEdges() {
    const drag = this.drag;
    if (!drag?.begun) return;
    if (this.grid.areaAt(drag.x, drag.y) === "grid") {
      const box = this.grid.box.getBoundingClientRect();
      const top = Math.max(box.top + this.grid.heads.offsetHeight, 0);
      const down = pull(drag.y, top, Math.min(box.bottom, innerHeight));
      const across = drag.resizing ? 0 : pull(drag.x, box.left + this.grid.times.offsetWidth, Math.min(box.right, innerWidth));
      this.grid.box.scrollBy({ top: down, left: across, behavior: "instant" });
      if (down || across) this.aim();
    }
    requestAnimationFrame(() => this.scrollAtEdges());
  }

  /**
   * The click that ends a drag chooses nothing.
   *
   * @param {Event} event
   */
  swallow(event) {
    if (performance.now() - this.endedAt > 50) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * @param {Drag} drag
   * @param {boolean} lifted
   */
  mark(drag, lifted) {
    document.documentElement.classList.toggle("is-dragging", lifted);
    const cards = [this.grid.cards.get(drag.session.id), ...(this.grid.twins.get(drag.session.id) ?? [])];
    for (const card of cards) card?.classList.toggle("is-lifted", lifted);
  }
}

/**
 * How many pixels to scroll: nothing in the middle, faster towards the edges.
 *
 * @param {number} at
 * @param {number} low
 * @param {number} high
 */
function pull(at, low, high) {
  const [before, after] = [at - low, high - at];
  if (before < EDGE_PX) return -Math.ceil((Math.min(1, 1 - before / EDGE_PX)) * FASTEST_PX);
  if (after < EDGE_PX) return Math.ceil((Math.min(1, 1 - after / EDGE_PX)) * FASTEST_PX);
  return 0;
}
