// The badge on paper: filled, its words made as large as they fit, printed by the browser, and emptied again.
import { qrPath } from "./qr.js";

/**
 * @typedef {object} Face what stands on a badge; what nobody knows is empty
 * @property {string} title
 * @property {string} name
 * @property {string} organisation
 * @property {string} city
 * @property {string} category
 * @property {string} word
 * @property {string} code as it is typed
 * @property {string} badge the text of its QR code
 */

// In points, the largest first: the first that fits is taken.
const SIZES = [34, 30, 26, 23, 20, 18, 16, 14, 12.5, 11, 10, 9, 8, 7, 6];
/** No word is larger than its place wants: only names shout. @type {Record<string, number>} */
const LARGEST = { name: 34, title: 13, organisation: 15, city: 15, word: 17 };

/**
 * Prints this badge; resolves once the browser's window for it is closed.
 *
 * @param {HTMLElement} place
 * @param {Face} face
 */
export async function printBadge(place, face) {
  fill(place, face);
  await document.fonts.ready;
  fit(place);
  window.print();
}

/** Nothing of anybody is left. @param {HTMLElement} place */
export function emptyBadge(place) {
  fill(place, { title: "", name: "", organisation: "", city: "", category: "", word: "", code: "", badge: "" });
}

/** @param {HTMLElement} place @param {Face} face */
function fill(place, face) {
  place.dataset.category = face.category;
  for (const slot of /** @type {NodeListOf<HTMLElement>} */ (place.querySelectorAll("[data-slot]"))) {
    const name = /** @type {keyof Face} */ (slot.dataset.slot);
    slot.textContent = face[name];
  }
  place.querySelector("[data-code]")?.setAttribute("d", (face.badge && qrPath(face.badge)) || "");
}

/** @param {HTMLElement} place */
export function fit(place) {
  for (const slot of /** @type {NodeListOf<HTMLElement>} */ (place.querySelectorAll("[data-fit]"))) {
    const largest = LARGEST[slot.dataset.slot ?? ""] ?? SIZES[0];
    for (const size of SIZES.filter((one) => one <= largest)) {
      slot.style.fontSize = `${size}pt`;
      if (slot.scrollHeight <= slot.clientHeight + 1 && slot.scrollWidth <= slot.clientWidth + 1) break;
    }
  }
}
