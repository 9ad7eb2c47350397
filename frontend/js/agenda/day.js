/** @import {Conflict, DayData, Place, Room, Session, Words} from "./types.js" */
import { minutesOf, spoken, wallAt } from "./clock.js";
import { filled } from "./words.js";

/** One day of the draft as this page knows it: its sessions, those on the shelf, its rooms, what does not fit. */
export class Day {
  /**
   * @param {DayData} data
   * @param {Words} words
   */
  constructor(data, words) {
    this.date = data.day;
    this.words = words;
    /** @type {Room[]} */
    this.rooms = data.rooms;
    /** @type {Map<string, Session>} */
    this.sessions = new Map(data.sessions.map((session) => [session.id, session]));
    /** @type {Conflict[]} */
    this.conflicts = data.conflicts;
    this.columnOf = new Map(data.rooms.map((room, column) => [room.id, column]));
  }

  /** The rooms, and one more column where something takes place in none. */
  get columns() {
    const homeless = [...this.sessions.values()].some((one) => one.starts_at !== null && !this.knownRooms(one).length);
    return this.rooms.length + (homeless || !this.rooms.length ? 1 : 0);
  }

  /** @param {Session} session */
  knownRooms(session) {
    return session.room_ids.filter((id) => this.columnOf.has(id));
  }

  /**
   * The columns a place is in, from left to right.
   *
   * @param {Place} place
   */
  columnsOf(place) {
    const found = place.rooms.flatMap((id) => this.columnOf.get(id) ?? []);
    return found.length ? found.sort((a, b) => a - b) : [this.rooms.length];
  }

  /**
   * The same place so many columns further; it stays within the grid. The order of the rooms stays too.
   *
   * @param {Place} place
   * @param {number} by
   * @returns {Place}
   */
  shifted(place, by) {
    const columns = this.columnsOf(place);
    const last = columns.length > 1 ? this.rooms.length - 1 : this.columns - 1;
    const step = Math.max(-columns[0], Math.min(by, last - columns[columns.length - 1]));
    if (step === 0) return place;
    const from = place.rooms.length ? place.rooms : [""];
    const moved = from.map((id) => (this.columnOf.get(id) ?? this.rooms.length) + step);
    return { ...place, rooms: moved.flatMap((column) => this.rooms[column]?.id ?? []) };
  }

  /**
   * @param {Session} session
   * @returns {Place}
   */
  placeOf(session) {
    const from = session.starts_at === null ? null : minutesOf(session.starts_at);
    return { from, minutes: session.minutes, rooms: this.knownRooms(session) };
  }

  /**
   * The place as the server takes it.
   *
   * @param {Place} place
   */
  toSend({ from, minutes, rooms }) {
    return { starts_at: from === null ? null : wallAt(this.date, from), minutes, room_ids: [...rooms] };
  }

  /**
   * @param {Session} session
   * @param {Place} place
   */
  put(session, place) {
    Object.assign(session, this.toSend(place));
  }

  /**
   * What the server says of a session; it leaves this page when it is on another day now.
   *
   * @param {Session} session
   * @param {Partial<Session>} told
   */
  follow(session, told) {
    const { version, starts_at, minutes, room_ids, title } = told;
    Object.assign(session, { version, starts_at, minutes, room_ids, title });
    if (session.starts_at !== null && session.starts_at.slice(0, 10) !== this.date) this.sessions.delete(session.id);
  }

  /**
   * Takes those of all conflicts that concern what is seen here.
   *
   * @param {Conflict[]} all
   */
  keepConflicts(all) {
    this.conflicts = all.filter((one) => one.session_ids.some((id) => this.sessions.has(id)));
  }

  /**
   * Those of a session that nobody said are meant.
   *
   * @param {string} id
   */
  openConflicts(id) {
    return this.conflicts.filter((one) => one.reason === null && one.session_ids.includes(id));
  }

  /** How many conflicts of sessions with a time nobody said are meant. */
  openOnTheDay() {
    const isPlaced = (/** @type {string} */ id) => this.sessions.get(id)?.starts_at != null;
    return this.conflicts.filter((one) => one.reason === null && one.session_ids.some(isPlaced)).length;
  }

  /**
   * When and where in words: "Opening, Great hall, 9.05 to 9.35".
   *
   * @param {Session} session
   * @param {Place} [place] where it would be
   */
  spoken(session, place = this.placeOf(session)) {
    if (place.from === null) {
      return filled(this.words.on_shelf, { title: session.title, minutes: place.minutes });
    }
    const names = place.rooms.flatMap((id) => this.rooms[this.columnOf.get(id) ?? -1]?.name ?? []);
    return filled(this.words.at, {
      title: session.title,
      rooms: names.join(", ") || this.words.no_room,
      from: spoken(place.from),
      to: spoken(place.from + place.minutes),
    });
  }

  /**
   * How many conflicts, in words; nothing where there are none.
   *
   * @param {number} count
   */
  counted(count) {
    if (count === 0) return "";
    // In Icelandic 21 is said like 1.
    const isOne = new Intl.PluralRules(document.documentElement.lang).select(count) === "one";
    return filled(isOne ? this.words.conflicts_one : this.words.conflicts_many, { count });
  }
}

/**
 * @param {Place} one
 * @param {Place} other
 */
export function isSamePlace(one, other) {
  return one.from === other.from && one.minutes === other.minutes && one.rooms.join() === other.rooms.join();
}
