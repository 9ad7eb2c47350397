/** @import {Place} from "./types.js" */

/** @typedef {{id: string, before: Place, after: Place}} Step */

/** The moves that were saved on this page, to be undone and done again. */
export class Past {
  constructor() {
    /** @type {Step[]} */
    this.done = [];
    /** @type {Step[]} */
    this.undone = [];
  }

  /** @param {Step} step */
  add(step) {
    this.done.push(step);
    this.undone = [];
  }

  /**
   * What another editor changed is no longer ours to undo.
   *
   * @param {string} id
   */
  forget(id) {
    this.done = this.done.filter((step) => step.id !== id);
    this.undone = this.undone.filter((step) => step.id !== id);
  }
}
