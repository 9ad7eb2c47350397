/** @import {Conflict, Session} from "./types.js" */

const PATIENCE_MS = 10_000;

/**
 * What became of a move: `done` and `stale` carry the session as it is now, `refused` says why.
 *
 * @typedef {{kind: "done" | "stale", now: Session & {conflicts: Conflict[]}}
 *   | {kind: "refused", why: string} | {kind: "gone" | "signed_out" | "away"}} Outcome
 */

/** Sends moves to the server, one after the other, so that each knows the version that the one before left. */
export class Saving {
  /**
   * @param {string} address where the sessions' addresses begin
   * @param {string} token the form token
   */
  constructor(address, token) {
    this.address = address;
    this.token = token;
    /** @type {Promise<unknown>} */
    this.queue = Promise.resolve();
  }

  /**
   * @template Result
   * @param {() => Promise<Result>} work
   * @returns {Promise<Result>}
   */
  inTurn(work) {
    const done = this.queue.then(work);
    this.queue = done.catch(() => undefined);
    return done;
  }

  /**
   * @param {string} id
   * @param {{version: number, starts_at: string | null, minutes: number, room_ids: string[]}} move
   * @returns {Promise<Outcome>}
   */
  async move(id, move) {
    try {
      const answer = await fetch(`${this.address}${id}/move`, {
        method: "POST",
        body: JSON.stringify(move),
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": this.token },
        // A redirect leads to the sign-in: following it would only hide that.
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      return await read(answer);
    } catch {
      return { kind: "away" };
    }
  }
}

/**
 * @param {Response} answer
 * @returns {Promise<Outcome>}
 */
async function read(answer) {
  if (answer.type === "opaqueredirect" || answer.status === 401) return { kind: "signed_out" };
  if (answer.status >= 500 || answer.status === 429) return { kind: "away" };
  if (answer.status === 404) return { kind: "gone" };
  // The token is refused in words that are a page: it is of another sign-in.
  if (!answer.headers.get("content-type")?.startsWith("application/json")) return { kind: "signed_out" };
  const said = await answer.json();
  if (answer.ok) return { kind: "done", now: said };
  return answer.status === 409 ? { kind: "stale", now: said } : { kind: "refused", why: said.detail };
}
