// What was decided here goes up in batches, in the order it was scanned. A scan's id never changes, so however often it is sent
// it counts once; it is forgotten here only when the server has said that it is recorded there.

/**
 * @typedef {import("./store.js").WaitingScan} WaitingScan
 *
 * @typedef {object} Sent
 * @property {"done" | "away" | "unpaired"} outcome
 * @property {number} sent how many scans the server recorded
 * @property {any[]} results its answers
 * @property {any[]} conflicts what a supervisor has to settle
 */

// Below the 1,000 the server takes, so that a slow uplink has something to show for its time.
const AT_ONCE = 500;
const PATIENCE_MS = 30_000;
const PLACE = /^scans\.(\d+)(?:\.|$)/;

/**
 * Sends all that waits.
 *
 * @param {{ask: import("./server.js").Ask, store: import("./store.js").Store, now: () => number}} means
 * @param {() => number} skewMs how far the server's clock is ahead
 * @returns {Promise<Sent>}
 */
export async function sendWaiting({ ask, store, now }, skewMs) {
  /** @type {Sent} */
  const all = { outcome: "done", sent: 0, results: [], conflicts: [] };
  for (let most = AT_ONCE; ; ) {
    const scans = await store.next(most);
    if (scans.length === 0) return all;
    const body = { device_time: new Date(now() + skewMs()).toISOString(), scans: scans.map(asSent) };
    const answer = await ask("/api/v1/scans/batch", { method: "POST", body, patience: PATIENCE_MS });
    if (!answer) return { ...all, outcome: "away" };
    if (answer.status === 401) return { ...all, outcome: "unpaired" };
    if (answer.status === 200) {
      await store.settle(scans.map((scan) => scan.scan_id));
      all.sent += scans.length;
      all.results.push(...answer.body.results);
      all.conflicts.push(...answer.body.conflicts);
    } else if (answer.status === 413 && most > 1) {
      most = Math.ceil(most / 2);
    } else {
      await store.hold(wrongAmong(scans, answer));
    }
  }
}

/** @param {WaitingScan} scan */
function asSent({ scan_id, badge, checkpoint, direction, at, override_reason, device_verdict }) {
  const scanned_at = new Date(at).toISOString();
  return { scan_id, badge, checkpoint, direction, scanned_at, override_reason, device_verdict };
}

/**
 * The scans the server names as wrong, and why; all of them where it names none. They must not keep back the rest.
 *
 * @param {WaitingScan[]} scans
 * @param {import("./server.js").Answer} answer
 * @returns {Map<string, string>}
 */
function wrongAmong(scans, answer) {
  /** @type {Map<string, string>} */
  const wrong = new Map();
  for (const { field, code } of answer.body?.errors ?? []) {
    const scan = scans[Number(PLACE.exec(field)?.[1] ?? -1)];
    if (scan) wrong.set(scan.scan_id, code);
  }
  if (wrong.size === 0) for (const scan of scans) wrong.set(scan.scan_id, answer.body?.code ?? `http_${answer.status}`);
  return wrong;
}
