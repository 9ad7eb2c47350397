/**
 * @typedef {object} Verdict the server's answer to a scan, or the same made here
 * @property {string} scan_id
 * @property {"admitted" | "refused"} verdict
 * @property {string | null} reason
 * @property {string} message in English; empty where this device decided
 * @property {boolean} replayed
 * @property {any} attendee null where nobody knows the name
 * @property {{at: string, checkpoint: string, device: string} | null} previous
 * @property {number} inside
 * @property {"server" | "device"} decidedBy
 *
 * @typedef {object} Status
 * @property {boolean} paired false once the server no longer knows this device: everything is forgotten by then
 * @property {boolean} online whether the server answered last time
 * @property {boolean} canDecide whether this device can decide by itself now
 * @property {boolean} isSecure whether the browser lets this page keep keys; without that nothing is decided here
 * @property {boolean} storageFull
 * @property {number | null} rosterAt when the roster was last known to be fresh
 * @property {number | null} leaseUntil when names and keys are forgotten unless the server answers before
 * @property {number} waiting how many scans wait to be sent
 * @property {number} held how many of them the server would not take
 * @property {string | null} role
 * @property {string[]} grants what this device may beside scanning: override, search, undo, walk_in
 * @property {string | null} checkpoint where it stands
 * @property {any[]} checkpoints
 * @property {any} event
 * @property {any} device
 */

/**
 * What a roster adds to the status.
 *
 * @param {import("./store.js").Picture | undefined} picture
 * @param {boolean} isSecure
 */
export function told(picture, isSecure) {
  return {
    canDecide: picture !== undefined && isSecure,
    isSecure,
    rosterAt: picture?.rosterAt ?? null,
    leaseUntil: picture ? picture.contactAt + picture.leaseMs : null,
    role: picture?.device.role ?? null,
    grants: picture?.device.grants ?? [],
    checkpoint: picture?.device.checkpoint ?? null,
    checkpoints: picture?.checkpoints ?? [],
    event: picture?.event ?? null,
    device: picture?.device ?? null,
  };
}

/** What keeps the desk from answering: unpaired, undecided, storage_full, offline, or the code of the server's refusal. */
export class DeskError extends Error {
  /** @param {string} code @param {any} [problem] what the server said */
  constructor(code, problem = null) {
    super(code);
    this.code = code;
    this.problem = problem;
  }
}

/**
 * The same answer, if the server took the question. Raises `DeskError` with its refusal.
 *
 * @param {import("./server.js").Answer} answer
 */
export function taken(answer) {
  if (answer.status === 401) throw new DeskError("unpaired");
  if (answer.status >= 400) throw new DeskError(answer.body?.code ?? "refused", answer.body);
  return answer;
}
