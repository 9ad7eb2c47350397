// What this device keeps: the roster, who stands where, and the scans that wait for the network. All of it in IndexedDB, so
// that a closed tab forgets nothing; a decision and its scan are written together.
import { openDB } from "idb";

/**
 * @typedef {object} Entry what is known of one badge
 * @property {string} id
 * @property {string} sealed base64
 * @property {string | null} code
 * @property {string} state of the registration
 * @property {string[]} rooms
 *
 * @typedef {object} Stood where the holder of a badge stands at one checkpoint
 * @property {string} id of the entry
 * @property {string} checkpoint slug
 * @property {boolean} inside
 * @property {0 | 1} present `inside` as a key of an index
 * @property {number} at
 * @property {string} day
 * @property {string} where the device's name
 *
 * @typedef {object} WaitingScan as the server wants it, and what only this device knows
 * @property {string} scan_id
 * @property {string} badge
 * @property {string} checkpoint
 * @property {"entry" | "exit"} direction
 * @property {number} at by the server's clock, as well as this device knew it then
 * @property {string | null} override_reason
 * @property {"admitted" | "refused"} device_verdict
 * @property {string | null} held why the server would not take it
 *
 * @typedef {object} Picture what belongs to the roster as a whole
 * @property {string} cursor
 * @property {string | null} etag
 * @property {any} event
 * @property {any} device
 * @property {{key_id: number, event_mark: number, public_key: string}[]} keys
 * @property {any[]} checkpoints
 * @property {string[]} categories in the order of the badges' access classes
 * @property {number} rosterAt when it was last known to be fresh, by this device's clock
 * @property {number} contactAt when the server last answered, by this device's clock
 * @property {number} leaseMs
 * @property {number} skewMs how far the server's clock is ahead of this device's
 *
 * @typedef {object} Change what a roster's answer changes
 * @property {boolean} full whether all that was there goes first
 * @property {Entry[]} entries
 * @property {string[]} removed
 * @property {{badge: string, state: string}[]} revoked
 * @property {Stood[]} standings
 * @property {string[]} cleared whose standings go first
 *
 * @typedef {Awaited<ReturnType<typeof openStore>>} Store
 */

const ROSTER = ["entries", "standings", "revoked", "picture"];

/**
 * Opens what is kept under this name.
 *
 * @param {string} [name]
 */
export async function openStore(name = "door") {
  const base = await openDB(name, 1, { upgrade: make });
  // Without this a browser may clear the queue when the phone runs full.
  await globalThis.navigator?.storage?.persist?.().catch(() => false);

  return {
    /** @returns {Promise<Picture | undefined>} */
    picture: () => base.get("picture", "door"),

    /** Keeps a newer picture of the same roster; nothing where that is gone. @param {Picture} picture */
    async keepPicture(picture) {
      const tx = base.transaction("picture", "readwrite");
      const before = await tx.store.get("door");
      if (before?.cursor === picture.cursor) await tx.store.put(picture, "door");
      await tx.done;
    },

    /**
     * Takes in a roster's answer, wholly or not at all: a difference only where it is one to what is here, which another tab or a
     * wipe may have changed meanwhile. Answers whether it was taken.
     *
     * @param {Change} change
     * @param {Picture} picture
     * @param {string | undefined} since the cursor it is a difference to
     */
    async apply(change, picture, since) {
      const tx = base.transaction(ROSTER, "readwrite");
      const before = await tx.objectStore("picture").get("door");
      if (!change.full && before?.cursor !== since) return false;
      const [entries, standings, revoked] = ["entries", "standings", "revoked"].map((kind) => tx.objectStore(kind));
      const asked = [tx.objectStore("picture").put(picture, "door")];
      if (change.full) for (const kept of [entries, standings, revoked]) kept.clear();
      for (const id of change.removed) entries.delete(id);
      for (const id of [...change.removed, ...change.cleared]) standings.delete(allOf(id));
      for (const entry of change.entries) entries.put(entry);
      for (const one of change.revoked) revoked.put(one);
      for (const stood of change.standings) standings.put(stood);
      await Promise.all([...asked, tx.done]);
      return true;
    },

    /** @param {string} id @returns {Promise<Entry | undefined>} */
    entry: (id) => base.get("entries", id),

    /** @param {string} code @returns {Promise<Entry | undefined>} */
    entryByCode: (code) => base.getFromIndex("entries", "code", code),

    /** @param {string} badge @returns {Promise<{badge: string, state: string} | undefined>} */
    revoked: (badge) => base.get("revoked", badge),

    /**
     * Decides by where somebody stands and keeps the scan and the new standings, all at once: two tabs never decide about
     * one badge at the same moment. Answers how many are inside at that checkpoint then.
     *
     * @param {string | null} id of the entry, null for a badge nobody can stand by
     * @param {string} checkpoint
     * @param {(standings: Stood[]) => {scan: WaitingScan, standings: Stood[]}} decide
     */
    async decide(id, checkpoint, decide) {
      const tx = base.transaction(["standings", "queue"], "readwrite", { durability: "strict" });
      const standings = tx.objectStore("standings");
      const made = decide(id === null ? [] : await standings.getAll(allOf(id)));
      const asked = [tx.objectStore("queue").add(made.scan), ...made.standings.map((stood) => standings.put(stood))];
      const inside = standings.index("present").count([checkpoint, 1]);
      await Promise.all([...asked, tx.done]);
      return inside;
    },

    /**
     * Keeps where somebody stands as the server just decided.
     *
     * @param {string} id
     * @param {(standings: Stood[]) => Stood[]} change
     */
    async stand(id, change) {
      const tx = base.transaction("standings", "readwrite");
      const changed = change(await tx.store.getAll(allOf(id)));
      await Promise.all([...changed.map((stood) => tx.store.put(stood)), tx.done]);
    },

    /** How many scans wait. @returns {Promise<number>} */
    waiting: () => base.count("queue"),

    /** How many of them the server would not take. @returns {Promise<number>} */
    held: async () => (await base.getAll("queue")).filter((scan) => scan.held !== null).length,

    /**
     * The scans that wait, the first one first; those the server would not take are left out.
     *
     * @param {number} most
     * @returns {Promise<WaitingScan[]>}
     */
    next: async (most) =>
      (await base.getAllFromIndex("queue", "at")).filter((scan) => scan.held === null).slice(0, most),

    /** @param {string} scanId @returns {Promise<WaitingScan | undefined>} */
    waitingScan: (scanId) => base.get("queue", scanId),

    /** Forgets scans the server has recorded. @param {string[]} scanIds */
    async settle(scanIds) {
      const tx = base.transaction("queue", "readwrite");
      await Promise.all([...scanIds.map((scanId) => tx.store.delete(scanId)), tx.done]);
    },

    /** Sets scans aside that the server would not take; they are kept. @param {Map<string, string>} why by scan id */
    async hold(why) {
      const tx = base.transaction("queue", "readwrite");
      for (const [scanId, reason] of why) {
        const scan = await tx.store.get(scanId);
        if (scan) await tx.store.put({ ...scan, held: reason });
      }
      await tx.done;
    },

    /** Offers the scans that were set aside once more. */
    async release() {
      const tx = base.transaction("queue", "readwrite");
      for (const scan of await tx.store.getAll()) if (scan.held !== null) await tx.store.put({ ...scan, held: null });
      await tx.done;
    },

    /** Forgets names, keys and standings; the scans stay. */
    async forgetRoster() {
      const tx = base.transaction(ROSTER, "readwrite");
      await Promise.all([...ROSTER.map((kind) => tx.objectStore(kind).clear()), tx.done]);
    },

    /** Forgets everything, the scans too. */
    async forget() {
      const kinds = [...ROSTER, "queue"];
      const tx = base.transaction(kinds, "readwrite");
      await Promise.all([...kinds.map((kind) => tx.objectStore(kind).clear()), tx.done]);
    },

    close: () => base.close(),
  };
}

/** @param {import("idb").IDBPDatabase} base */
function make(base) {
  base.createObjectStore("picture");
  base.createObjectStore("revoked", { keyPath: "badge" });
  base.createObjectStore("entries", { keyPath: "id" }).createIndex("code", "code");
  base.createObjectStore("standings", { keyPath: ["id", "checkpoint"] }).createIndex("present", ["checkpoint", "present"]);
  base.createObjectStore("queue", { keyPath: "scan_id" }).createIndex("at", "at");
}

/** All standings of one entry. @param {string} id */
function allOf(id) {
  return IDBKeyRange.bound([id], [id, []]);
}
