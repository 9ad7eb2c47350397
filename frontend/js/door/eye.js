// The camera and its reader together, and the buttons for them.
import { Camera, NoCamera, choose } from "./camera.js";
import { remember, remembered } from "./memory.js";
import { Reader } from "./reader.js";

/**
 * @typedef {object} Parts
 * @property {HTMLElement} box shows the picture; hidden while there is none. Names the decoder (`data-decoder`, `data-machine-code`).
 * @property {HTMLButtonElement | null} toggle
 * @property {HTMLButtonElement | null} light
 * @property {HTMLSelectElement | null} choice
 * @property {"user" | "environment"} [facing] which way it looks unless another was chosen: away from who holds the device
 *
 * @typedef {object} Hears
 * @property {(text: string) => void | Promise<void>} onText nothing more is read until it is done with
 * @property {(isOn: boolean) => void} onChange
 * @property {(trouble: string) => void} onTrouble
 */

export class Eye {
  /** @type {Reader | null} */
  #reader = null;
  #ended = false;
  /** What the last turn makes of the camera, if it can: on, or off. */
  #shall = false;
  #shown = false;
  /** @type {Promise<void>} */
  #turn = Promise.resolve();

  /** @param {Parts} parts @param {Hears} hears */
  constructor(parts, hears) {
    this.#parts = parts;
    this.#hears = hears;
    this.#camera = new Camera(/** @type {HTMLVideoElement} */ (parts.box.querySelector("video")), parts.facing);
    parts.toggle?.addEventListener("click", () => this.wish(!this.#shall));
    parts.light?.addEventListener("click", () => void this.#turnLight());
    parts.choice?.addEventListener("change", () => this.#change());
    // A page nobody looks at needs no eyes, and a phone takes the camera away from it.
    document.addEventListener("visibilitychange", () => this.#follow());
  }
  /** @type {Parts} */
  #parts;
  /** @type {Hears} */
  #hears;
  /** @type {Camera} */
  #camera;

  /** Whether somebody wants it on: as chosen last, else on what is held in a hand. */
  get isWished() {
    const chosen = remembered("eye");
    return chosen ? chosen === "on" : matchMedia("(pointer: coarse)").matches;
  }

  /** @param {boolean} on */
  wish(on) {
    remember("eye", on ? "on" : "off");
    this.#ended = false;
    this.#follow();
  }

  /** While something else has the attention nothing is read. @param {boolean} paused */
  pause(paused) {
    if (this.#reader) this.#reader.paused = paused;
  }

  /** Sees as wished, while anybody looks. */
  #follow() {
    const shall = this.isWished && !this.#ended && document.visibilityState === "visible";
    this.#shall = shall;
    this.#turn = this.#turn.then(() => (shall ? this.#open() : this.#close()));
  }

  /** Sees from now on, if it was wished before. */
  start() {
    if (this.isWished) this.#follow();
  }

  /** Sees no more until somebody wishes it again. */
  stop() {
    this.#ended = true;
    this.#follow();
  }

  #change() {
    choose(this.#parts.choice?.value ?? "");
    this.#turn = this.#turn.then(() => this.#close()).then(() => this.#open());
  }

  async #open() {
    if (this.#camera.isOn) return;
    try {
      // The decoder comes while the camera warms up.
      this.#reader = this.#makeReader();
      await this.#camera.start();
      this.#show(true);
      await this.#listCameras();
    } catch (error) {
      this.#fail();
      this.#hears.onTrouble(error instanceof NoCamera ? error.trouble : "decoder");
    }
  }

  /** The button that would switch it off asks for another try from now on. */
  #fail() {
    this.#shall = false;
    this.#close();
  }

  #close() {
    this.#reader?.stop();
    this.#reader = null;
    this.#camera.stop();
    this.#show(false);
  }

  #makeReader() {
    const { box } = this.#parts;
    return new Reader({
      video: this.#camera.video,
      worker: box.dataset.decoder ?? "",
      machineCode: box.dataset.machineCode ?? "",
      onText: this.#hears.onText,
      onBroken: () => {
        this.#fail();
        this.#hears.onTrouble("decoder");
      },
    });
  }

  /** @param {boolean} on */
  #show(on) {
    if (on === this.#shown) return;
    this.#shown = on;
    const { box, toggle, light } = this.#parts;
    box.hidden = !on;
    toggle?.setAttribute("aria-pressed", String(on));
    light?.toggleAttribute("hidden", !(on && this.#camera.hasLight));
    light?.setAttribute("aria-pressed", "false");
    this.#hears.onChange(on);
  }

  async #turnLight() {
    const { light } = this.#parts;
    const on = light?.getAttribute("aria-pressed") !== "true";
    await this.#camera.light(on).then(
      () => light?.setAttribute("aria-pressed", String(on)),
      () => light?.toggleAttribute("hidden", true),
    );
  }

  async #listCameras() {
    const { choice } = this.#parts;
    if (!choice) return;
    const cameras = await this.#camera.others();
    const options = cameras.map(({ id, name }, at) => new Option(name || String(at + 1), id, false, id === this.#camera.id));
    choice.replaceChildren(...options);
    choice.closest("[data-cameras]")?.toggleAttribute("hidden", cameras.length < 2);
  }
}
