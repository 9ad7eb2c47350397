// Badges that a kiosk printed by what it knew itself: which scans they were for, until the server has written them down.
import { DeskError } from "./answers.js";
import { remember, remembered } from "./memory.js";

const KEPT_AS = "printed";
// More than a kiosk prints in a day; a list that only grew would fill the tablet.
const MOST = 2_000;

export class Prints {
  #busy = false;

  /** Printed without the server. @param {string} scanId */
  note(scanId) {
    this.#keep([...this.#waiting(), scanId].slice(-MOST));
  }

  /** Tells the server of all, one after the other; what it cannot take yet waits. @param {import("./desk.js").Desk} desk */
  async tell(desk) {
    if (this.#busy || this.#waiting().length === 0) return;
    this.#busy = true;
    try {
      for (const scanId of this.#waiting()) {
        await desk.office("/api/v1/door/badges/printed", { scan_id: scanId });
        this.#keep(this.#waiting().filter((one) => one !== scanId));
      }
    } catch (error) {
      // Its scan was not sent yet, or there is no network: later.
      if (!(error instanceof DeskError)) throw error;
    } finally {
      this.#busy = false;
    }
  }

  /** @returns {string[]} */
  #waiting() {
    return JSON.parse(remembered(KEPT_AS) ?? "[]");
  }

  /** @param {string[]} scanIds */
  #keep(scanIds) {
    remember(KEPT_AS, JSON.stringify(scanIds));
  }
}
