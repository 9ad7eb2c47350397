// Once a minute the device tells how it is, so that a supervisor sees an empty battery before the device is silent.

const EVERY_MS = 60_000;

/**
 * What browsers with a Battery Status API give (https://www.w3.org/TR/battery-status/).
 *
 * @typedef {{level: number, charging: boolean}} Battery
 */

/**
 * Tells now and every minute. Without a network it is not told at all: only what is true now is of use.
 *
 * @param {() => import("./desk.js").Status} status
 * @param {typeof globalThis.fetch} fetch
 */
export function keepTelling(status, fetch) {
  const tell = () => void tellOnce(status(), fetch).catch(() => undefined);
  setInterval(tell, EVERY_MS);
  tell();
}

/**
 * @param {import("./desk.js").Status} status
 * @param {typeof globalThis.fetch} fetch
 */
async function tellOnce(status, fetch) {
  if (!navigator.onLine) return;
  const battery = await readBattery();
  await fetch("/api/v1/door/heartbeat", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    credentials: "same-origin",
    body: JSON.stringify({
      battery: battery?.level ?? null,
      charging: battery?.charging ?? null,
      waiting: status.waiting,
      roster_at: status.rosterAt === null ? null : new Date(status.rosterAt).toISOString(),
    }),
  });
}

/** @returns {Promise<Battery | null>} null where the browser does not tell */
async function readBattery() {
  if (!("getBattery" in navigator)) return null;
  const ask = /** @type {() => Promise<Battery>} */ (navigator.getBattery);
  return ask.call(navigator).catch(() => null);
}
