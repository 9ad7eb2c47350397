import { after } from "./judge.js";
import { doorOf } from "./roster.js";

/** @typedef {import("./store.js").Stood} Stood */

/** @type {Map<string, Intl.DateTimeFormat>} */
const calendars = new Map();

/**
 * The date in that zone at that moment: 2027-03-07.
 *
 * @param {string} zone IANA name
 * @param {number} at
 */
export function dayIn(zone, at) {
  let calendar = calendars.get(zone);
  if (!calendar) {
    const parts = /** @type {const} */ ({ year: "numeric", month: "2-digit", day: "2-digit" });
    calendar = new Intl.DateTimeFormat("en-CA", { timeZone: zone, calendar: "iso8601", ...parts });
    calendars.set(zone, calendar);
  }
  return calendar.format(at);
}

/**
 * The standings of one person that an admitted scan changes. Who enters a room leaves the others of its zone.
 *
 * @param {{checkpoint: string, direction: import("./judge.js").Direction, at: number}} scan
 * @param {{id: string, standings: Stood[], picture: import("./store.js").Picture}} known
 * @returns {Stood[]}
 */
export function standAfter(scan, { id, standings, picture }) {
  const { checkpoint, direction, at } = scan;
  const before = standings.find((one) => one.checkpoint === checkpoint) ?? null;
  const standing = after({ direction, at, day: dayIn(picture.event.timezone, at) }, before);
  if (!standing) return [];
  const where = direction === "entry" ? picture.device.name : (before?.where ?? "");
  const changed = [{ ...standing, id, checkpoint, where, present: presence(standing.inside) }];
  const zone = doorOf(picture, checkpoint)?.zone ?? null;
  if (direction === "exit" || zone === null) return changed;
  const left = standings.filter(
    (one) => one.inside && one.checkpoint !== checkpoint && doorOf(picture, one.checkpoint)?.zone === zone,
  );
  return [...changed, ...left.map((one) => ({ ...one, inside: false, present: presence(false) }))];
}

/** @param {boolean} inside @returns {0 | 1} */
function presence(inside) {
  return inside ? 1 : 0;
}
