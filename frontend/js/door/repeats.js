// A badge that is held up stays in the picture: it counts again only once it has been away for this long.
const AWAY_MS = 3000;

export class Repeats {
  #text = "";
  #seenAt = -Infinity;

  /**
   * Whether this is another code than the one before, or the same after a while.
   *
   * @param {string} text
   * @param {number} now in milliseconds, of a clock that only goes forward
   */
  isNew(text, now) {
    const isNew = text !== this.#text || now - this.#seenAt >= AWAY_MS;
    this.saw(text, now);
    return isNew;
  }

  /**
   * The code was in the picture until now, whether or not anybody looked.
   *
   * @param {string} text
   * @param {number} now in milliseconds, of the same clock
   */
  saw(text, now) {
    this.#text = text;
    this.#seenAt = now;
  }
}
