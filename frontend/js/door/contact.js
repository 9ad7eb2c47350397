const REST_MS = 30_000;
const PROBE_MS = 5_000;

/** Meets the server again and again, one meeting at a time: sooner while it is away, and at once when the network comes back. */
export class Contact {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Promise<void> | null} */
  #meeting = null;
  #ended = false;
  #onOnline = () => void this.now();
  /** @type {() => Promise<boolean>} */
  #meet;

  /** @param {() => Promise<boolean>} meet never rejects; whether the server answered */
  constructor(meet) {
    this.#meet = meet;
    globalThis.addEventListener?.("online", this.#onOnline);
  }

  /** The meeting that is under way, or a new one. @returns {Promise<void>} */
  now() {
    this.#meeting ??= this.#meet().then((answered) => {
      this.#meeting = null;
      this.#again(answered ? REST_MS : PROBE_MS);
    });
    return this.#meeting;
  }

  end() {
    this.#ended = true;
    clearTimeout(this.#timer);
    globalThis.removeEventListener?.("online", this.#onOnline);
  }

  /** @param {number} pause in milliseconds */
  #again(pause) {
    if (this.#ended) return;
    clearTimeout(this.#timer);
    // Devices that lost the network together do not all come back in the same second.
    this.#timer = setTimeout(() => void this.now(), pause * (0.75 + Math.random() / 2));
  }
}
