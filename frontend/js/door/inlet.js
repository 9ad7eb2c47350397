// Where badges come in, by whatever reads them: what comes before anybody can take it waits, so that no badge is scanned in vain.
import { listenToScanners } from "./keys.js";

export class Inlet {
  /** What was read before there was somebody to take it. @type {string[]} */
  #early = [];
  /** @type {((text: string) => void | Promise<void>) | null} */
  #take = null;
  #deaf = new AbortController();

  /**
   * @param {HTMLFormElement} form in which codes are typed
   * @param {HTMLInputElement} field
   */
  constructor(form, field) {
    this.form = form;
    this.field = field;
  }

  /** Takes what is typed and scanned from now on. */
  hear() {
    const { signal } = this.#deaf;
    this.form.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        const text = this.field.value.trim();
        this.field.value = "";
        if (text) void this.give(text);
      },
      { signal },
    );
    listenToScanners(this.field, (text) => void this.give(text), signal);
  }

  /** A code that was read or typed; done once it is dealt with, or kept. @param {string} text */
  async give(text) {
    if (this.#take) await this.#take(text);
    else this.#early.push(text);
  }

  /** Hands over from now on, what waited first. @param {(text: string) => void | Promise<void>} take */
  open(take) {
    this.#take = take;
    for (const text of this.#early.splice(0)) void take(text);
  }

  /** Leaves it to the form, where nothing can be kept: what was read meanwhile is posted by it. */
  giveWay() {
    this.#deaf.abort();
    const [text] = this.#early.splice(0);
    if (!text) return;
    this.field.value = text;
    this.form.submit();
  }
}
