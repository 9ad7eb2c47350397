// The desk at a door: asks the server when it answers at once, and decides by itself when it does not.
import { DeskError, taken, told } from "./answers.js";
import { Contact } from "./contact.js";
import { decideHere } from "./decisions.js";
import { freshId } from "./identifiers.js";
import { doorOf, idOf, look, refreshRoster } from "./roster.js";
import { isSecure, openServer } from "./server.js";
import { standAfter } from "./standings.js";
import { sendWaiting } from "./sync.js";

/**
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").Picture} Picture
 * @typedef {import("./judge.js").Direction} Direction
 * @typedef {import("./decisions.js").MadeScan} MadeScan
 * @typedef {import("./answers.js").Verdict} Verdict
 * @typedef {import("./answers.js").Status} Status
 */

export { DeskError };

// No verdict waits for more than a second: what comes after this is decided here, unless the desk is told to wait longer.
const QUICK_MS = 900;
// Where this device cannot decide or keep anything, waiting is better than no verdict.
const PATIENT_MS = 8_000;
const OFFICE_MS = 15_000;
const CLOCK_MAY_STEP_BACK_MS = 10 * 60_000;
const LONGEST_BADGE = 4096;

/**
 * A desk with what the store holds; it keeps in touch with the server until it is closed.
 *
 * @param {{fetch: typeof globalThis.fetch, store: Store, now?: () => number, patienceMs?: number}} means
 */
export async function openDesk({ fetch, store, now = Date.now, patienceMs = QUICK_MS }) {
  const desk = new Desk({ fetch, store, now, patienceMs });
  await desk.wake();
  return desk;
}

/** Tells of itself by the events `status`, with its status, and `sent`, with what the server made of scans decided here. */
export class Desk extends EventTarget {
  /** @type {Picture | undefined} */
  #picture;
  #skewMs = 0;
  // A slow network counts as none: what is scanned is decided here, and sent behind the verdict's back.
  #isQuick = true;
  #counts = { waiting: 0, held: 0 };
  #flags = { paired: true, online: true, storageFull: false };
  #contact = new Contact(() => this.#meet());
  /** @type {Store} */
  #store;
  /** @type {() => number} */
  #now;
  /** @type {import("./server.js").Ask} */
  #ask;

  /** @type {number} */
  #patienceMs;

  /** @param {{fetch: typeof globalThis.fetch, store: Store, now: () => number, patienceMs: number}} means */
  constructor({ fetch, store, now, patienceMs }) {
    super();
    this.#patienceMs = patienceMs;
    this.#store = store;
    this.#now = now;
    this.#ask = openServer({ fetch, now, onAnswer: (timing) => this.#note(timing) });
  }

  /** Takes up what an earlier visit left, and begins to keep in touch. */
  async wake() {
    this.#picture = await this.#store.picture();
    this.#skewMs = this.#picture?.skewMs ?? 0;
    await this.#keepLease();
    await this.#store.release();
    await this.#count();
    void this.refresh();
  }

  /** @returns {Status} */
  get status() {
    return { ...this.#flags, ...this.#counts, ...told(this.#picture, isSecure()) };
  }

  /**
   * The verdict on one badge, within a second. Raises `DeskError`: unpaired; undecided where neither server nor device can
   * tell; storage_full where the device can keep nothing and the server does not answer; or the server's refusal of the request.
   *
   * @param {string} text as it was read or typed
   * @param {{checkpoint?: string, direction?: Direction, overrideReason?: string | null}} [how]
   * @returns {Promise<Verdict>}
   */
  async scan(text, { checkpoint, direction = "entry", overrideReason = null } = {}) {
    if (!this.#flags.paired) throw new DeskError("unpaired");
    await this.#keepLease();
    const scan = {
      scan_id: freshId(),
      badge: text.slice(0, LONGEST_BADGE),
      checkpoint: checkpoint ?? this.#picture?.device.checkpoint ?? "main",
      direction,
      at: this.#now() + this.#skewMs,
      override_reason: overrideReason,
    };
    const picture = this.#picture;
    const canDecide = picture && isSecure() && doorOf(picture, scan.checkpoint) !== null;
    // While the server is asked, what it takes to do without it is prepared.
    const found = canDecide ? look(scan.badge, picture, this.#store) : null;
    found?.catch(() => {});
    const isWorthAsking = (this.#flags.online && this.#isQuick) || !found;
    const answered = isWorthAsking ? await this.#askAbout(scan, found ? this.#patienceMs : PATIENT_MS) : null;
    if (answered) return answered;
    void this.refresh();
    if (!found || !picture) throw new DeskError("undecided");
    return this.#decide(scan, await found, picture);
  }

  /**
   * Takes a scan back; the server alone can. Raises `DeskError`: offline, unpaired, or its refusal.
   *
   * @param {string} scanId
   * @param {string} reason
   */
  async undo(scanId, reason) {
    // The first may have been under way already when the scan was made.
    for (let tries = 0; tries < 2 && (await this.#store.waitingScan(scanId)); tries += 1) await this.refresh();
    if (await this.#store.waitingScan(scanId)) throw new DeskError("offline");
    const undone = await this.#must(`/api/v1/scans/${encodeURIComponent(scanId)}/undo`, { method: "POST", body: { reason } });
    void this.refresh();
    return undone;
  }

  /** Looks people up by name; online only. @param {string} q */
  search(q) {
    return this.#must(`/api/v1/door/search?q=${encodeURIComponent(q)}`, {});
  }

  /**
   * Registers and lets in somebody who just walked in; online only. With a `scan_id` of theirs, doing it again does nothing.
   *
   * @param {Record<string, unknown>} person
   */
  async walkIn(person) {
    const body = { scan_id: freshId(), ...person };
    const made = await this.#must("/api/v1/door/walk-ins", { method: "POST", body });
    void this.refresh();
    return made;
  }

  /** What the server alone does, for a page of this device; online only. @param {string} path @param {unknown} body */
  office(path, body) {
    return this.#must(path, { method: "POST", body });
  }

  /** Fetches what is new and sends what waits; one at a time. Never rejects. @returns {Promise<void>} */
  refresh() {
    return this.#contact.now();
  }

  /** Forgets everything this device holds, the waiting scans too. */
  async forget() {
    this.#picture = undefined;
    await this.#store.forget();
    await this.#count();
  }

  /**
   * Forgets what another device left here before this one was paired: names and standings, and its scans unless they are of the
   * same event: those are sent in this one's name.
   *
   * @param {{device: string | undefined, event: string | undefined}} own as the page has them; empty where it came without
   */
  async standIn({ device, event }) {
    const held = this.#picture;
    if (!held || !device || held.device.id === device) return;
    if (held.event.slug === event) {
      this.#picture = undefined;
      await this.#store.forgetRoster();
    } else await this.forget();
    void this.refresh();
  }

  /** Ends the desk; what is kept stays. */
  close() {
    this.#contact.end();
  }

  /** One meeting with the server; whether it answered. */
  async #meet() {
    try {
      await this.#keepLease();
      const outcome = await this.#exchange();
      this.#flags.online = outcome !== "away";
      if (outcome === "unpaired") await this.#leave();
    } catch (error) {
      // Whatever it was, it is tried again.
      this.#flags.online = this.#noteFull(error) && this.#flags.online;
    }
    await this.#count().catch(() => {});
    return this.#flags.online;
  }

  /** @returns {Promise<"done" | "away" | "unpaired">} */
  async #exchange() {
    const means = { ask: this.#ask, store: this.#store, now: this.#now };
    if (isSecure()) {
      // The roster first: its answer tells the time, by which the scans are dated.
      const fresh = await refreshRoster(means, this.#picture, () => this.#skewMs);
      if (fresh.outcome !== "fresh") return fresh.outcome;
      this.#picture = fresh.picture;
      if (fresh.isNew) this.#flags.storageFull = false;
    }
    const sent = await sendWaiting(means, () => this.#skewMs);
    if (sent.sent > 0) this.dispatchEvent(new CustomEvent("sent", { detail: sent }));
    return sent.outcome;
  }

  /**
   * The server no longer knows this device, or its event is over. What waits is sent before it is forgotten: of an event that is
   * over the server still takes it.
   */
  async #leave() {
    this.#flags.paired = false;
    this.#picture = undefined;
    if ((await this.#sendLast()) === "away") {
      // The next meeting tries again.
      await this.#store.forgetRoster();
      return this.#count();
    }
    this.close();
    // The browser may have wiped and closed the store already, as the server's answer bade it (Clear-Site-Data).
    await this.forget().catch(() => (this.#counts = { waiting: 0, held: 0 }));
    this.#tell();
  }

  /** @returns {Promise<"done" | "away" | "unpaired">} */
  async #sendLast() {
    try {
      await this.#store.release();
      const means = { ask: this.#ask, store: this.#store, now: this.#now };
      return (await sendWaiting(means, () => this.#skewMs)).outcome;
    } catch (error) {
      // Wiped already, unless there is only no room.
      return this.#noteFull(error) ? "away" : "unpaired";
    }
  }

  /**
   * The server's verdict; null where it does not answer in time.
   *
   * @param {MadeScan} scan
   * @param {number} patience
   * @returns {Promise<Verdict | null>}
   */
  async #askAbout(scan, patience) {
    const { at, ...rest } = scan;
    const body = { ...rest, scanned_at: new Date(at).toISOString() };
    const answer = await this.#ask("/api/v1/scans", { method: "POST", body, patience });
    if (!answer) {
      this.#flags.online = false;
      this.#tell();
      return null;
    }
    await this.#reached(answer);
    if (answer.body.verdict === "admitted") await this.#remember(scan);
    if (this.#counts.waiting > this.#counts.held) void this.refresh();
    return { ...answer.body, decidedBy: "server" };
  }

  /** Keeps where somebody stands now, so that the next scan without a network knows of it. @param {MadeScan} scan */
  async #remember(scan) {
    const picture = this.#picture;
    if (!picture || !isSecure()) return;
    try {
      const id = await idOf(scan.badge, picture, this.#store);
      if (id) await this.#store.stand(id, (standings) => standAfter(scan, { id, standings, picture }));
    } catch (error) {
      // The verdict stands whatever becomes of this note.
      this.#noteFull(error);
    }
  }

  /**
   * The verdict made here. Where the disk is full the server is asked with more patience: a verdict that is kept nowhere is none.
   *
   * @param {MadeScan} scan
   * @param {import("./roster.js").Found} found
   * @param {Picture} picture
   * @returns {Promise<Verdict>}
   */
  async #decide(scan, found, picture) {
    try {
      const verdict = await decideHere(scan, found, { store: this.#store, picture });
      this.#flags.storageFull = false;
      return verdict;
    } catch (error) {
      if (!this.#noteFull(error)) throw error;
      const answered = await this.#askAbout(scan, PATIENT_MS);
      if (answered) return answered;
      throw new DeskError("storage_full");
    } finally {
      await this.#count();
    }
  }

  /** @param {string} path @param {Omit<import("./server.js").Question, "patience">} question @returns {Promise<any>} */
  async #must(path, question) {
    const answer = await this.#ask(path, { ...question, patience: OFFICE_MS });
    if (!answer) throw new DeskError("offline");
    await this.#reached(answer);
    return answer.body;
  }

  /** The server answered: the lease begins anew. Raises `DeskError` where it refused. @param {import("./server.js").Answer} answer */
  async #reached(answer) {
    if (answer.status === 401) await this.#leave();
    taken(answer);
    this.#flags.online = true;
    if (this.#picture) {
      this.#picture = { ...this.#picture, contactAt: this.#now(), skewMs: this.#skewMs };
      await this.#store.keepPicture(this.#picture).catch((error) => this.#noteFull(error));
    }
    this.#tell();
  }

  /** Forgets names, keys and standings once the lease is over. */
  async #keepLease() {
    if (!this.#picture) return;
    const sinceContact = this.#now() - this.#picture.contactAt;
    // A clock that was put back would keep them for ever.
    if (sinceContact >= -CLOCK_MAY_STEP_BACK_MS && sinceContact < this.#picture.leaseMs) return;
    this.#picture = undefined;
    await this.#store.forgetRoster();
    this.#tell();
  }

  /** @param {import("./server.js").Timing} timing */
  #note({ tookMs, skewMs }) {
    this.#isQuick = tookMs <= this.#patienceMs;
    this.#skewMs = skewMs ?? this.#skewMs;
  }

  /** Whether the error says that the device can keep no more. @param {unknown} error */
  #noteFull(error) {
    const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
    if (isFull) {
      this.#flags.storageFull = true;
      this.#tell();
    }
    return isFull;
  }

  async #count() {
    this.#counts = { waiting: await this.#store.waiting(), held: await this.#store.held() };
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new CustomEvent("status", { detail: this.status }));
  }
}
