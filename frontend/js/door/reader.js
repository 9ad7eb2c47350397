// Reads codes from what the camera sees: one picture after the other goes to the decoder, never two at a time, and none while
// somebody is busy with the code before. So however slow the device is, what is shown belongs to the badge before the camera.
import { Repeats } from "./repeats.js";

/**
 * @typedef {object} Sight
 * @property {HTMLVideoElement} video
 * @property {string} worker the decoder's address
 * @property {string} machineCode what the decoder runs
 * @property {(text: string) => void | Promise<void>} onText each code once, not for every picture it is on; nothing more is read until it is done with
 * @property {() => void} onBroken the decoder cannot be had
 */

export class Reader {
  #repeats = new Repeats();
  #busy = false;
  #stopped = false;
  /** @type {number} */
  #asked = 0;

  /** @param {Sight} sight */
  constructor(sight) {
    this.#sight = sight;
    this.#worker = new Worker(`${sight.worker}?wasm=${encodeURIComponent(sight.machineCode)}`, { type: "module" });
    this.#worker.addEventListener("message", ({ data }) => void this.#told(data));
    this.#worker.addEventListener("error", () => sight.onBroken());
    // Until the decoder is ready a picture would only grow old.
    this.#busy = true;
    this.paused = false;
    this.#next();
  }
  /** @type {Sight} */
  #sight;
  /** @type {Worker} */
  #worker;

  stop() {
    this.#stopped = true;
    this.#worker.terminate();
    if (this.#hasFrames) this.#sight.video.cancelVideoFrameCallback(this.#asked);
    else cancelAnimationFrame(this.#asked);
  }

  /** @param {{text?: string, ready?: boolean, broken?: boolean}} said */
  async #told({ text, broken }) {
    if (broken) this.#sight.onBroken();
    try {
      if (text && !this.#stopped && !this.paused && this.#repeats.isNew(text, performance.now())) {
        await this.#sight.onText(text);
        // However long that took, the badge is not held up anew.
        this.#repeats.saw(text, performance.now());
      }
    } finally {
      this.#busy = false;
    }
  }

  get #hasFrames() {
    return "requestVideoFrameCallback" in HTMLVideoElement.prototype;
  }

  #next() {
    if (this.#stopped) return;
    const look = () => void this.#look();
    this.#asked = this.#hasFrames ? this.#sight.video.requestVideoFrameCallback(look) : requestAnimationFrame(look);
  }

  async #look() {
    this.#next();
    const { video } = this.#sight;
    if (this.#busy || this.paused || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    this.#busy = true;
    try {
      const picture = await createImageBitmap(video);
      this.#worker.postMessage(picture, [picture]);
    } catch {
      // The picture was gone: the camera is being changed.
      this.#busy = false;
    }
  }
}
