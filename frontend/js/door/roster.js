// The roster: fetched whole once, then as differences; and what it says of a badge.
import { codeMark, entryId, isSignedBy, opened, parse, revocationOf } from "./badge.js";

/**
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").Picture} Picture
 * @typedef {import("./judge.js").Holder} Holder
 * @typedef {import("./judge.js").Door} Door
 * @typedef {import("./judge.js").Reason} Reason
 *
 * @typedef {object} Found what is known of a scanned text
 * @property {string | null} id of its entry, or what it would be
 * @property {Reason | null} reason why it is no badge to judge about
 * @property {Holder | null} holder
 * @property {any} attendee as the page shows it; null where nobody knows
 */

const PATH = "/api/v1/door/roster";
const PATIENCE_MS = 30_000;

/**
 * Brings the roster up to date. `unpaired`: the server no longer knows this device; `away` also where what it was asked about is
 * gone by now.
 *
 * @param {{ask: import("./server.js").Ask, store: Store, now: () => number}} means
 * @param {Picture | undefined} before
 * @param {() => number} skewMs
 * @returns {Promise<{outcome: "fresh", picture: Picture, isNew: boolean} | {outcome: "away" | "unpaired"}>}
 */
export async function refreshRoster({ ask, store, now }, before, skewMs) {
  const path = before ? `${PATH}?since=${encodeURIComponent(before.cursor)}` : PATH;
  const answer = await ask(path, { headers: before?.etag ? { "If-None-Match": before.etag } : {}, patience: PATIENCE_MS });
  if (!answer) return { outcome: "away" };
  if (answer.status === 401) return { outcome: "unpaired" };
  const fresh = { rosterAt: now(), contactAt: now(), skewMs: skewMs() };
  if (answer.status === 304 && before) {
    const picture = { ...before, ...fresh };
    await store.keepPicture(picture);
    return { outcome: "fresh", picture, isNew: false };
  }
  if (answer.status !== 200) return { outcome: "away" };
  const picture = { ...pictureIn(answer.body), etag: answer.etag, ...fresh };
  const isTaken = await store.apply(changeIn(answer.body, picture), picture, before?.cursor);
  return isTaken ? { outcome: "fresh", picture, isNew: true } : { outcome: "away" };
}

/** @param {any} body @returns {Omit<Picture, "etag" | "rosterAt" | "contactAt" | "skewMs">} */
function pictureIn(body) {
  const { cursor, event, device, keys, checkpoints, categories } = body;
  return { cursor, event, device, keys, checkpoints, categories, leaseMs: body.lease_seconds * 1000 };
}

/** @param {any} body @param {Picture} picture @returns {import("./store.js").Change} */
function changeIn(body, picture) {
  const standings = body.standings.map((/** @type {any} */ one) => ({
    ...one,
    at: Date.parse(one.at),
    present: one.inside ? 1 : 0,
  }));
  return {
    full: body.full,
    entries: body.entries,
    removed: body.removed,
    revoked: body.revoked,
    standings: standings.filter((/** @type {any} */ one) => doorOf(picture, one.checkpoint)),
    cleared: body.cleared,
  };
}

/**
 * The checkpoint of that name as the judge wants it.
 *
 * @param {Picture} picture
 * @param {string} slug
 * @returns {Door & {name: string, zone: string | null} | null}
 */
export function doorOf(picture, slug) {
  const told = picture.checkpoints.find((one) => one.slug === slug);
  if (!told) return null;
  return {
    slug,
    name: told.name,
    zone: told.zone,
    reentry: told.reentry ?? picture.event.reentry,
    categories: told.categories,
    sessions: told.sessions,
    opensAt: told.opens_at && Date.parse(told.opens_at),
    closesAt: told.closes_at && Date.parse(told.closes_at),
  };
}

/**
 * What is known of a scanned or typed text, without asking the server. A badge that is truly of this event and that the
 * roster does not know was made after it: its holder is let in, nameless.
 *
 * @param {string} text
 * @param {Picture} picture
 * @param {Store} store
 * @returns {Promise<Found>}
 */
export async function look(text, picture, store) {
  const badge = parse(text);
  if (!badge) return lookUpCode(text, picture, store);
  const key = picture.keys.find((one) => one.event_mark === badge.eventMark);
  if (!key || !(await isSignedBy(badge, key.public_key))) return stranger("forged_badge");
  if (badge.eventMark !== picture.event.event_mark) return stranger("other_event");
  const [id, mark] = await Promise.all([entryId(badge), revocationOf(badge)]);
  const [entry, gone] = await Promise.all([store.entry(id), store.revoked(mark)]);
  if (entry) {
    const person = await opened(badge, entry.sealed);
    const holder = holderOf(entry.state, person?.category ?? categoryOf(badge, picture), entry.rooms);
    return { id, reason: null, holder, attendee: person };
  }
  if (gone) return replacedBadge(gone.state, id);
  return { id, reason: null, holder: holderOf("confirmed", categoryOf(badge, picture), []), attendee: null };
}

/**
 * The id of a text's entry, by which its standings are kept; null where it has none. Nothing is proven by it.
 *
 * @param {string} text
 * @param {Picture} picture
 * @param {Store} store
 */
export async function idOf(text, picture, store) {
  const badge = parse(text);
  return badge ? entryId(badge) : (await lookUpCode(text, picture, store)).id;
}

/**
 * A short code finds its entry, but opens no name.
 *
 * @param {string} text
 * @param {Picture} picture
 * @param {Store} store
 * @returns {Promise<Found>}
 */
async function lookUpCode(text, picture, store) {
  const mark = await codeMark(text, picture.event.code_salt);
  if (mark === null) return stranger("unknown_badge");
  const [entry, gone] = await Promise.all([store.entryByCode(mark), store.revoked(mark)]);
  if (!entry) return gone ? replacedBadge(gone.state, null) : stranger("unknown_badge");
  return { id: entry.id, reason: null, holder: holderOf(entry.state, null, entry.rooms), attendee: null };
}

/**
 * A badge that no longer holds: how its holder's registration stands is all that is known, and where they stand until there is a newer one.
 *
 * @param {string} status
 * @param {string | null} id of its entry while it had one; a short code does not tell it
 * @returns {Found}
 */
function replacedBadge(status, id) {
  return { id, reason: null, holder: { ...holderOf(status, null, []), replaced: true }, attendee: null };
}

/** @param {Reason} reason @returns {Found} */
function stranger(reason) {
  return { id: null, reason, holder: null, attendee: null };
}

/** @param {string} status @param {string | null} category @param {string[]} rooms @returns {Holder} */
function holderOf(status, category, rooms) {
  return { status, category, rooms, replaced: false };
}

/** @param {import("./badge.js").Badge} badge @param {Picture} picture */
function categoryOf(badge, picture) {
  return picture.categories[badge.accessClass - 1] ?? null;
}
