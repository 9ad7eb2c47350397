// Who is admitted, and why not: the same rules in the same order as `door/rules.py`. Pure: the moment is an argument.

/**
 * @typedef {"entry" | "exit"} Direction
 * @typedef {"event_cancelled" | "registration_cancelled" | "not_confirmed" | "badge_replaced" | "not_inside" |
 *   "not_admitted_here" | "outside_hours" | "already_admitted" | "forged_badge" | "unknown_badge" | "other_event"} Reason
 *
 * @typedef {object} Passage one scan of a badge
 * @property {Direction} direction
 * @property {number} at milliseconds since 1970, by the server's clock
 * @property {string} day the event's own date then, 2027-03-07
 *
 * @typedef {object} Holder whose badge it is
 * @property {string | null} category null where only a short code was typed and nobody knows it
 * @property {string} status of the registration
 * @property {boolean} replaced whether a newer badge exists
 * @property {string[]} rooms the checkpoints with a rule of their own that admit this person
 * @property {boolean} [needsStaff] somebody must look at them first, and at this device stands nobody
 *
 * @typedef {object} Door
 * @property {string} slug
 * @property {"once" | "in_and_out" | "daily"} reentry
 * @property {string[] | null} categories null admits all
 * @property {boolean} sessions whether only those with a place in a session are admitted
 * @property {number | null} opensAt
 * @property {number | null} closesAt
 *
 * @typedef {object} Standing where a person stands at one checkpoint
 * @property {boolean} inside
 * @property {number} at of the last admission
 * @property {string} day the event's own date of the last admission
 *
 * @typedef {object} Judgement `standing` is null where it stays as it was
 * @property {"admitted" | "refused"} verdict
 * @property {Reason | null} reason
 * @property {Standing | null} standing
 */

// What a supervisor may set aside with a reason; a badge that does not hold stays refused.
const MAY_BE_OVERRIDDEN = new Set(["already_admitted", "not_admitted_here", "outside_hours", "not_inside"]);

/**
 * Decides on a badge we know. `mayOverride`: somebody who may gave a reason.
 *
 * @param {Passage} passage
 * @param {{holder: Holder, door: Door, eventStatus: string, standing: Standing | null, mayOverride: boolean}} known
 * @returns {Judgement}
 */
export function judge(passage, { holder, door, eventStatus, standing, mayOverride }) {
  const reason = reasonAgainst(passage, { holder, door, eventStatus, standing });
  if (reason !== null && !(mayOverride && MAY_BE_OVERRIDDEN.has(reason))) return refused(reason);
  return { verdict: "admitted", reason: null, standing: after(passage, standing) };
}

/**
 * A refusal; it changes nothing.
 *
 * @param {Reason} reason
 * @returns {Judgement}
 */
export function refused(reason) {
  return { verdict: "refused", reason, standing: null };
}

/**
 * The standing once that passage was admitted. Whoever leaves without having come in was never admitted.
 *
 * @param {Passage} passage
 * @param {Standing | null} standing
 * @returns {Standing | null}
 */
export function after(passage, standing) {
  if (passage.direction === "entry") return { inside: true, at: passage.at, day: passage.day };
  return standing && { ...standing, inside: false };
}

/**
 * @param {Passage} passage
 * @param {{holder: Holder, door: Door, eventStatus: string, standing: Standing | null}} known
 * @returns {Reason | null}
 */
function reasonAgainst(passage, { holder, door, eventStatus, standing }) {
  // Whoever is inside may always leave.
  if (passage.direction === "exit" && standing?.inside) return null;
  if (eventStatus === "cancelled") return "event_cancelled";
  if (holder.status === "cancelled" || holder.status === "declined") return "registration_cancelled";
  // Before the badge's age: who came back to the waiting list after cancelling holds no newer badge.
  if (holder.status !== "confirmed") return "not_confirmed";
  if (holder.replaced) return "badge_replaced";
  if (passage.direction === "exit") return "not_inside";
  if (holder.needsStaff || !isAdmittedAt(door, holder)) return "not_admitted_here";
  if (isClosed(door, passage.at)) return "outside_hours";
  if (standing && isUsedUp(door.reentry, standing, passage.day)) return "already_admitted";
  return null;
}

/**
 * @param {Door} door
 * @param {Holder} holder
 */
function isAdmittedAt(door, holder) {
  if (door.categories && holder.category !== null && !door.categories.includes(holder.category)) return false;
  const isAsked = door.sessions || (door.categories !== null && holder.category === null);
  return !isAsked || holder.rooms.includes(door.slug);
}

/**
 * @param {Door} door
 * @param {number} at
 */
function isClosed(door, at) {
  return (door.opensAt !== null && at < door.opensAt) || (door.closesAt !== null && at >= door.closesAt);
}

/**
 * @param {Door["reentry"]} reentry
 * @param {Standing} standing
 * @param {string} day
 */
function isUsedUp(reentry, standing, day) {
  if (reentry === "once") return true;
  return reentry === "in_and_out" ? standing.inside : standing.day === day;
}
