import { judge, refused } from "./judge.js";
import { doorOf } from "./roster.js";
import { dayIn, standAfter } from "./standings.js";

/**
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").Picture} Picture
 * @typedef {import("./roster.js").Found} Found
 * @typedef {import("./desk.js").Verdict} Verdict
 * @typedef {Omit<import("./store.js").WaitingScan, "device_verdict" | "held">} MadeScan
 */

/**
 * Decides about a badge by what this device knows, and puts the scan among those that wait, before anybody sees the verdict.
 *
 * @param {MadeScan} scan
 * @param {Found} found
 * @param {{store: Store, picture: Picture}} means
 * @returns {Promise<Verdict>}
 */
export async function decideHere(scan, found, { store, picture }) {
  /** @type {import("./judge.js").Judgement} */
  let judgement = refused("unknown_badge");
  /** @type {import("./store.js").Stood | null} */
  let standing = null;
  const inside = await store.decide(found.id, scan.checkpoint, (standings) => {
    standing = standings.find((one) => one.checkpoint === scan.checkpoint) ?? null;
    judgement = judged(scan, found, { standing, picture });
    const isIn = found.id !== null && judgement.verdict === "admitted";
    return {
      scan: { ...scan, device_verdict: judgement.verdict, held: null },
      standings: isIn ? standAfter(scan, { id: /** @type {string} */ (found.id), standings, picture }) : [],
    };
  });
  const { verdict, reason } = judgement;
  const previous = reason === "already_admitted" ? previousOf(standing, picture) : null;
  return {
    scan_id: scan.scan_id,
    verdict,
    reason,
    message: "",
    replayed: false,
    attendee: shownAtDoor(found, picture),
    previous,
    inside,
    decidedBy: "device",
  };
}

/**
 * @param {MadeScan} scan
 * @param {Found} found
 * @param {{standing: import("./store.js").Stood | null, picture: Picture}} known
 * @returns {import("./judge.js").Judgement}
 */
function judged(scan, found, { standing, picture }) {
  const door = doorOf(picture, scan.checkpoint);
  if (!found.holder || !door) return refused(found.reason ?? "unknown_badge");
  const passage = { direction: scan.direction, at: scan.at, day: dayIn(picture.event.timezone, scan.at) };
  const shown = picture.device.kiosk ? shownAtDoor(found, picture) : null;
  // Of a typed code a kiosk does not know whether somebody must look at its holder: staff do.
  const holder = { ...found.holder, needsStaff: Boolean(shown && (shown.photo_id || shown.note || shown.by_code)) };
  const mayOverride = Boolean(scan.override_reason) && picture.device.grants.includes("override");
  return judge(passage, { holder, door, eventStatus: picture.event.status, standing, mayOverride });
}

/**
 * Who stands at the door. Of some categories everybody is asked for a photo ID, also who is not on the list by name yet. Of a badge whose
 * code was typed (`by_code`) nothing else is known here.
 *
 * @param {Found} found
 * @param {Picture} picture
 */
function shownAtDoor({ attendee, holder }, picture) {
  if (!attendee && holder && !holder.replaced && holder.category === null) return { by_code: true };
  const category = attendee?.category ?? holder?.category;
  const isAsked = (picture.event.photo_id_categories ?? []).includes(category);
  if (!attendee) return isAsked ? { category, photo_id: true } : null;
  return isAsked ? { ...attendee, photo_id: true } : attendee;
}

/**
 * When and where somebody was admitted before.
 *
 * @param {import("./store.js").Stood | null} standing
 * @param {Picture} picture
 */
function previousOf(standing, picture) {
  if (!standing) return null;
  const checkpoint = doorOf(picture, standing.checkpoint)?.name ?? standing.checkpoint;
  return { at: new Date(standing.at).toISOString(), checkpoint, device: standing.where };
}
