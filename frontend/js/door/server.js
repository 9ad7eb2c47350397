/**
 * @typedef {object} Answer what the server said
 * @property {number} status
 * @property {any} body JSON, or null where there is none
 * @property {string | null} etag
 *
 * @typedef {object} Question
 * @property {"GET" | "POST"} [method]
 * @property {unknown} [body] sent as JSON
 * @property {Record<string, string>} [headers]
 * @property {number} patience in milliseconds
 *
 * @typedef {(path: string, question: Question) => Promise<Answer | null>} Ask
 */

/**
 * @typedef {object} Timing
 * @property {number} tookMs until the answer began
 * @property {number | null} skewMs how far the server's clock is ahead of this device's; null where the answer does not tell
 */

// An estimate of the server's clock from a slower answer would be off by more than it mends.
const TELLING_MS = 2_000;

/**
 * Asks the server in this device's name; null while it is away: no network, no answer in time, too busy, or a stranger in
 * its place (the sign-in page of a guest network answers everything).
 *
 * @param {{fetch: typeof globalThis.fetch, now: () => number, onAnswer: (timing: Timing) => void}} means
 * @returns {Ask}
 */
export function openServer({ fetch, now, onAnswer }) {
  return async (path, { method = "GET", body, headers = {}, patience }) => {
    const began = now();
    try {
      const response = await fetch(path, {
        method,
        body: body === undefined ? undefined : JSON.stringify(body),
        headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
        cache: "no-store",
        credentials: "same-origin",
        redirect: "error",
        signal: AbortSignal.timeout(patience),
      });
      const timing = timingOf(response, { began, answered: now() });
      if (response.status >= 500 || response.status === 429) return null;
      const read = response.status === 304 ? null : await readJson(response);
      if (read === undefined) return null;
      onAnswer(timing);
      return { status: response.status, body: read, etag: response.headers.get("ETag") };
    } catch {
      return null;
    }
  };
}

/**
 * The answer's JSON, null where it has no body, undefined where it is something else.
 *
 * @param {Response} response
 */
async function readJson(response) {
  if (response.status === 204) return null;
  const type = response.headers.get("Content-Type") ?? "";
  return /^application\/(problem\+)?json\b/.test(type) ? response.json() : undefined;
}

/**
 * @param {Response} response
 * @param {{began: number, answered: number}} asked
 * @returns {Timing}
 */
function timingOf(response, { began, answered }) {
  const told = Date.parse(response.headers.get("X-Server-Time") ?? "");
  const tookMs = answered - began;
  const isTelling = Number.isFinite(told) && tookMs >= 0 && tookMs <= TELLING_MS;
  return { tookMs, skewMs: isTelling ? told - (began + answered) / 2 : null };
}

/** Whether the browser gives this page its cryptography: on https and on this very machine. */
export function isSecure() {
  return globalThis.crypto?.subtle !== undefined;
}
