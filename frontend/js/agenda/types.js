/**
 * A session as the server tells it; `starts_at` is wall time (`2037-03-10T09:05`), null on the shelf.
 *
 * @typedef {object} Session
 * @property {string} id
 * @property {number} version
 * @property {string} title
 * @property {string} kind
 * @property {string} state
 * @property {string} colour
 * @property {string} who
 * @property {string | null} starts_at
 * @property {number} minutes
 * @property {string[]} room_ids
 */

/** @typedef {{id: string, name: string, place: string}} Room */

/**
 * @typedef {object} Conflict
 * @property {string} key
 * @property {string} code
 * @property {"error" | "warning" | "notice"} severity
 * @property {string[]} session_ids
 * @property {string} message
 * @property {string | null} reason why it is meant, null while it counts
 */

/** @typedef {{day: string, sessions: Session[], rooms: Room[], conflicts: Conflict[]}} DayData */

/**
 * Where a session is: minutes since midnight of the day (null on the shelf), how long, in which rooms.
 *
 * @typedef {{from: number | null, minutes: number, rooms: string[]}} Place
 */

/** @typedef {Record<string, string>} Words */

export {};
