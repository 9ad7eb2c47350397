// What a verdict sounds and feels like: rising for yes, low and rough for no, three short ones for "look at the screen".
import { remember, remembered } from "./memory.js";

/** @typedef {"yes" | "no" | "attention"} Signal */

/** Tones as [hertz, begins after seconds, lasts seconds]. @type {Record<Signal, {wave: OscillatorType, tones: number[][]}>} */
const SOUNDS = {
  yes: { wave: "sine", tones: [[660, 0, 0.09], [990, 0.09, 0.16]] },
  no: { wave: "sawtooth", tones: [[160, 0, 0.2], [120, 0.24, 0.32]] },
  attention: { wave: "triangle", tones: [[880, 0, 0.08], [880, 0.14, 0.08], [880, 0.28, 0.08]] },
};
/** @type {Record<Signal, number[]>} in milliseconds, on and off in turn */
const FEELS = { yes: [60], no: [220, 90, 220], attention: [70, 60, 70, 60, 70] };
const LOUDNESS = 0.3;

export class Sounds {
  /** @type {AudioContext | null} */
  #context = null;

  constructor() {
    this.muted = remembered("muted") === "yes";
    // A browser lets a page be heard only once somebody touched it.
    for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => void this.#open(), { passive: true });
  }

  /** @param {boolean} muted */
  mute(muted) {
    this.muted = muted;
    remember("muted", muted ? "yes" : "no");
  }

  /** @param {Signal} signal */
  give(signal) {
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(FEELS[signal]);
    const context = this.#context;
    if (this.muted || context?.state !== "running") return;
    const { wave, tones } = SOUNDS[signal];
    for (const [hertz, after, lasts] of tones) play(context, wave, { hertz, from: context.currentTime + after, lasts });
  }

  async #open() {
    if (typeof AudioContext === "undefined") return;
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") await this.#context.resume().catch(() => undefined);
  }
}

/**
 * @param {AudioContext} context
 * @param {OscillatorType} wave
 * @param {{hertz: number, from: number, lasts: number}} tone
 */
function play(context, wave, { hertz, from, lasts }) {
  const source = context.createOscillator();
  const volume = context.createGain();
  source.type = wave;
  source.frequency.value = hertz;
  volume.gain.setValueAtTime(LOUDNESS, from);
  // Cut off at once it would click.
  volume.gain.exponentialRampToValueAtTime(0.001, from + lasts);
  source.connect(volume).connect(context.destination);
  source.start(from);
  source.stop(from + lasts);
}
