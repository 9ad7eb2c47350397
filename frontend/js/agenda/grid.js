/** @import {Day} from "./day.js" */
/** @import {Box} from "./lanes.js" */
/** @import {Place, Session} from "./types.js" */
import { DAY, STEP, onStep, written } from "./clock.js";
import { spreadOverLanes } from "./lanes.js";
import { filled, made } from "./words.js";

// A shorter session is drawn as long as this, or nobody could read or touch it.
const SHORTEST = 10;
const MARGIN_PX = 56;
const USUAL_BEGIN = 9 * 60;

/** The grid of rooms against time, and the shelf beside it. Geometry goes through CSSOM: the policy allows no style attributes. */
export class Grid {
  /**
   * @param {HTMLElement} root
   * @param {Day} day
   */
  constructor(root, day) {
    this.day = day;
    this.root = root;
    this.shelf = made("section", "shelf");
    this.shelf.setAttribute("aria-label", day.words.shelf);
    this.shelfCards = made("div", "shelf__cards");
    this.shelfNote = made("p", "shelf__note quiet small", day.words.shelf_empty);
    this.shelf.append(made("h2", "shelf__title", day.words.shelf), this.shelfNote, this.shelfCards);
    this.box = made("div", "grid-box");
    this.box.tabIndex = 0;
    this.box.setAttribute("role", "region");
    this.box.setAttribute("aria-label", day.words.grid);
    this.heads = made("div", "grid__heads");
    this.times = made("div", "grid__times");
    this.canvas = made("div", "grid__canvas");
    // Arrow keys move what has the focus here: screen readers hand them through to an application.
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute("aria-label", day.words.grid);
    this.canvas.setAttribute("aria-describedby", "editor-keys");
    this.shelfCards.setAttribute("role", "application");
    this.shelfCards.setAttribute("aria-label", day.words.shelf);
    this.shelfCards.setAttribute("aria-describedby", "editor-keys");
    this.ghost = made("div", "tile tile--ghost");
    this.ghost.hidden = true;
    this.ghost.setAttribute("aria-hidden", "true");
    const grid = made("div", "grid");
    grid.append(made("div", "grid__corner"), this.heads, this.times, this.canvas);
    this.box.append(grid);
    this.grid = grid;
    root.append(this.shelf, this.box);
    /** @type {Map<string, HTMLElement>} */
    this.cards = new Map();
    /** @type {Map<string, HTMLElement[]>} */
    this.twins = new Map();
    this.until = 0;
    this.columns = 0;
    this.draw();
    this.scrollToBegin();
  }

  /** Brings everything to where the day says it is. */
  draw() {
    this.drawFrame();
    for (const [id, card] of this.cards) if (!this.day.sessions.has(id)) this.forget(id, card);
    /** @type {Map<string, Box[]>} */
    const boxes = new Map();
    for (const session of this.day.sessions.values()) boxes.set(session.id, this.boxesOf(session));
    spreadOverLanes([...boxes.values()].flat(), this.columns);
    for (const session of this.day.sessions.values()) this.drawSession(session, boxes.get(session.id) ?? []);
    this.canvas.append(this.ghost);
    this.shelfNote.hidden = this.shelfCards.childElementCount > 0;
    this.keepOneTabStop();
  }

  drawFrame() {
    const ends = [...this.day.sessions.values()].map((one) => {
      const place = this.day.placeOf(one);
      return place.from === null ? 0 : place.from + place.minutes;
    });
    const until = Math.ceil(Math.max(DAY, ...ends) / 60) * 60;
    if (until !== this.until) {
      this.until = until;
      this.grid.style.setProperty("--rows", String(until / STEP));
      this.times.replaceChildren(...hours(until));
    }
    if (this.day.columns !== this.columns) {
      this.columns = this.day.columns;
      this.grid.style.setProperty("--columns", String(this.columns));
      const names = [...this.day.rooms, ...(this.columns > this.day.rooms.length ? [null] : [])];
      this.heads.replaceChildren(...names.map((room) => head(room?.name ?? this.day.words.no_room, room?.place ?? "")));
    }
  }

  /**
   * A box for each run of neighbouring rooms; none on the shelf.
   *
   * @param {Session} session
   * @returns {Box[]}
   */
  boxesOf(session) {
    const place = this.day.placeOf(session);
    if (place.from === null) return [];
    const until = place.from + Math.max(place.minutes, SHORTEST);
    return runs(this.day.columnsOf(place)).map(([first, last]) => ({
      id: session.id, first, last, from: place.from ?? 0, until, lane: 0, lanes: 1,
    }));
  }

  /**
   * @param {Session} session
   * @param {Box[]} boxes
   */
  drawSession(session, boxes) {
    const card = this.cards.get(session.id) ?? this.newCard(session.id);
    this.fill(card, session);
    const home = boxes.length ? this.canvas : this.shelfCards;
    // Moving an element takes its focus away.
    if (card.parentElement !== home) {
      const focused = document.activeElement === card;
      home.append(card);
      if (focused) card.focus({ preventScroll: true });
    }
    if (boxes.length) setBox(card, boxes[0], session.minutes);
    const twins = this.twins.get(session.id) ?? [];
    const needed = boxes.slice(1).map((box, index) => {
      const twin = twins[index] ?? made("div");
      twin.dataset.id = session.id;
      twin.setAttribute("aria-hidden", "true");
      this.fill(twin, session);
      twin.classList.add("tile--twin");
      setBox(twin, box, session.minutes);
      if (!twin.isConnected) this.canvas.append(twin);
      return twin;
    });
    for (const twin of twins.slice(needed.length)) twin.remove();
    this.twins.set(session.id, needed);
  }

  /** @param {string} id */
  newCard(id) {
    const card = made("button", "tile");
    card.type = "button";
    card.dataset.id = id;
    card.tabIndex = -1;
    this.cards.set(id, card);
    return card;
  }

  /**
   * @param {HTMLElement} card
   * @param {Session} session
   */
  fill(card, session) {
    const place = this.day.placeOf(session);
    const conflicts = this.day.openConflicts(session.id);
    const kept = [...card.classList].filter((name) => name.startsWith("is-"));
    card.className = ["tile", session.colour && `track--${session.colour}`, `tile--${session.state}`, ...kept].join(" ");
    card.classList.toggle("tile--rest", session.kind === "break" || session.kind === "social");
    const time = place.from === null
      ? filled(this.day.words.minutes, { count: place.minutes })
      : `${written(place.from)}–${written(place.from + place.minutes)}`;
    const state = { draft: this.day.words.draft, cancelled: this.day.words.cancelled }[session.state] ?? "";
    const counted = this.day.counted(conflicts.length);
    const badge = made("span", "tile__badge", String(conflicts.length));
    badge.dataset.severity = worst(conflicts.map((one) => one.severity));
    badge.title = counted;
    const seen = [
      made("span", "tile__title", session.title),
      made("span", "tile__time", [time, state].filter(Boolean).join(" · ")),
      ...(session.who ? [made("span", "tile__who", session.who)] : []),
      ...(conflicts.length ? [badge] : []),
      ...(place.from === null ? [] : [made("span", "tile__edge")]),
    ];
    // What is read aloud is one sentence; what is seen are parts that may be cut off.
    for (const part of seen) part.setAttribute("aria-hidden", "true");
    const name = made("span", "unseen", [this.day.spoken(session), state, counted].filter(Boolean).join(", "));
    card.replaceChildren(...(card instanceof HTMLButtonElement ? [name] : []), ...seen);
  }

  /**
   * Shows where something would go, with its time; null takes the ghost away.
   *
   * @param {Place | null} place
   * @param {string} [title]
   */
  showGhost(place, title = "") {
    this.shelf.classList.toggle("shelf--target", place !== null && place.from === null);
    this.ghost.hidden = place === null || place.from === null;
    if (place === null || place.from === null) return;
    const [[first, last]] = runs(this.day.columnsOf(place));
    setBox(this.ghost, { id: "", first, last, from: place.from, until: 0, lane: 0, lanes: 1 }, place.minutes);
    this.ghost.replaceChildren(
      made("strong", "tile__time", `${written(place.from)}–${written(place.from + place.minutes)}`),
      made("span", "tile__title", title),
    );
  }

  /** Scrolls no more than it takes to see the ghost whole. */
  followGhost() {
    if (this.ghost.hidden) return;
    const [ghost, box] = [this.ghost.getBoundingClientRect(), this.box.getBoundingClientRect()];
    const top = box.top + this.heads.offsetHeight;
    const left = box.left + this.times.offsetWidth;
    if (ghost.top < top) this.box.scrollTop -= top - ghost.top + MARGIN_PX;
    else if (ghost.bottom > box.bottom) this.box.scrollTop += Math.min(ghost.bottom - box.bottom + MARGIN_PX, ghost.top - top);
    if (ghost.left < left) this.box.scrollLeft -= left - ghost.left;
    else if (ghost.right > box.right) this.box.scrollLeft += Math.min(ghost.right - box.right, ghost.left - left);
  }

  /**
   * The minute and the column under a point of the screen; both may lie outside of the grid.
   *
   * @param {number} x
   * @param {number} y
   */
  at(x, y) {
    const canvas = this.canvas.getBoundingClientRect();
    return {
      minute: ((y - canvas.top) / canvas.height) * this.until,
      column: Math.floor(((x - canvas.left) / canvas.width) * this.columns),
    };
  }

  /**
   * Whether a point of the screen is on the shelf, on the grid or near it, or far from both.
   *
   * @param {number} x
   * @param {number} y
   * @returns {"shelf" | "grid" | "nowhere"}
   */
  areaAt(x, y) {
    if (isInside(this.shelf.getBoundingClientRect(), x, y, 0)) return "shelf";
    return isInside(this.box.getBoundingClientRect(), x, y, MARGIN_PX) ? "grid" : "nowhere";
  }

  /** Where something from the shelf starts when keys take it: what is seen of the grid, from its upper edge. */
  firstSeen() {
    const seen = onStep((this.box.scrollTop / this.canvas.offsetHeight) * this.until + 2 * STEP);
    const column = Math.floor((this.box.scrollLeft / this.canvas.offsetWidth) * this.columns);
    return { from: Math.min(seen, DAY - STEP), column: Math.max(0, Math.min(column, this.columns - 1)) };
  }

  /** The first session of the day a little below the upper edge; nine o'clock on an empty day. */
  scrollToBegin() {
    const begins = [...this.day.sessions.values()].flatMap((one) => this.day.placeOf(one).from ?? []);
    const first = begins.length ? Math.min(...begins) : USUAL_BEGIN;
    this.box.scrollTop = (Math.max(0, first - 30) / this.until) * this.canvas.offsetHeight;
  }

  /** Of the grid and of the shelf one session each is reached by Tab; arrow keys lead to the others. */
  keepOneTabStop() {
    for (const home of [this.canvas, this.shelfCards]) {
      const cards = [...home.querySelectorAll("button")];
      const first = cards.find((card) => card.tabIndex === 0) ?? cards.sort(byPlace)[0];
      for (const card of cards) card.tabIndex = card === first ? 0 : -1;
    }
  }

  /** @param {HTMLElement} card */
  makeTabStop(card) {
    for (const other of card.parentElement?.querySelectorAll("button") ?? []) other.tabIndex = other === card ? 0 : -1;
  }

  /**
   * @param {string} id
   * @param {HTMLElement} card
   */
  forget(id, card) {
    card.remove();
    this.cards.delete(id);
    for (const twin of this.twins.get(id) ?? []) twin.remove();
    this.twins.delete(id);
  }
}

/**
 * Groups of neighbouring columns as [first, last].
 *
 * @param {number[]} columns in order
 */
function runs(columns) {
  /** @type {[number, number][]} */
  const found = [];
  for (const column of columns) {
    const last = found.at(-1);
    if (last && column === last[1] + 1) last[1] = column;
    else found.push([column, column]);
  }
  return found;
}

/**
 * @param {HTMLElement} element
 * @param {Box} box
 * @param {number} minutes
 */
function setBox(element, box, minutes) {
  const values = {
    "--from": box.from / STEP, "--length": minutes / STEP, "--column": box.first,
    "--span": box.last - box.first + 1, "--lane": box.lane, "--lanes": box.lanes,
  };
  for (const [name, value] of Object.entries(values)) element.style.setProperty(name, String(value));
  element.classList.toggle("tile--short", minutes < 25);
}

/** @param {number} until */
function hours(until) {
  return Array.from({ length: until / 60 }, (_, hour) => made("span", "grid__hour", written(hour * 60)));
}

/**
 * @param {string} name
 * @param {string} place
 */
function head(name, place) {
  const cell = made("div", "grid__head");
  cell.append(made("span", "grid__room", name));
  if (place) cell.append(made("span", "grid__place", place));
  return cell;
}

/**
 * @param {DOMRect} area
 * @param {number} x
 * @param {number} y
 * @param {number} margin
 */
function isInside(area, x, y, margin) {
  return x >= area.left - margin && x <= area.right + margin && y >= area.top - margin && y <= area.bottom + margin;
}

/**
 * @param {HTMLElement} one
 * @param {HTMLElement} other
 */
function byPlace(one, other) {
  return one.offsetTop - other.offsetTop || one.offsetLeft - other.offsetLeft;
}

/** @param {string[]} severities */
export function worst(severities) {
  return ["error", "warning", "notice"].find((one) => severities.includes(one)) ?? "";
}
