// Finding somebody by name, while there is a network: what is found can be let in at once.
import { DeskError } from "./desk.js";
import { copyOf, write } from "./screen.js";

// Nobody types faster than that and means each letter.
const REST_MS = 250;
const SHORTEST = 2;

/**
 * @typedef {object} Found
 * @property {string} registration_id
 * @property {string} name
 * @property {string} organisation
 * @property {string} city
 * @property {string} category
 * @property {string} status
 * @property {string | null} badge
 * @property {string | null} admitted_at
 * @property {string | null} note
 * @property {boolean} photo_id
 */

/**
 * Makes the window for finding people work.
 *
 * @param {HTMLDialogElement} dialog
 * @param {{desk: import("./desk.js").Desk, words: import("./words.js").Words, letIn: (badge: string) => void}} means
 */
export function openSearch(dialog, { desk, words, letIn }) {
  const field = /** @type {HTMLInputElement} */ (dialog.querySelector("input[name=q]"));
  const list = /** @type {HTMLElement} */ (dialog.querySelector("[data-found]"));
  const said = /** @type {HTMLElement} */ (dialog.querySelector("[data-said]"));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const look = async () => {
    const asked = field.value.trim();
    if (asked.length < SHORTEST) {
      list.replaceChildren();
      said.textContent = "";
      return;
    }
    try {
      const { items } = await desk.search(asked);
      // An answer that was overtaken by more letters.
      if (asked !== field.value.trim()) return;
      list.replaceChildren(...items.map((/** @type {Found} */ one) => shown(one, words)));
      said.textContent = items.length === 0 ? words.nobody_found : "";
    } catch (error) {
      list.replaceChildren();
      said.textContent = error instanceof DeskError && error.code === "offline" ? words.needs_network : words.not_allowed;
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), REST_MS);
  });
  dialog.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    void look();
  });
  dialog.querySelector("[data-act=close]")?.addEventListener("click", () => dialog.close());
  list.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-badge]") : null;
    if (!(button instanceof HTMLButtonElement)) return;
    dialog.close();
    letIn(button.dataset.badge ?? "");
  });
  dialog.addEventListener("close", () => {
    field.value = "";
    list.replaceChildren();
    said.textContent = "";
  });
}

/** @param {Found} one @param {import("./words.js").Words} words */
function shown(one, words) {
  const made = copyOf("found-template");
  const place = [one.organisation, one.city, words.categories[one.category]].filter(Boolean).join(" · ");
  const standing = one.admitted_at ? words.came : one.badge ? "" : words.no_badge;
  const button = made.querySelector("button");
  if (one.badge && button) button.dataset.badge = one.badge;
  else button?.remove();
  write(made, { name: one.name, place, standing, photo_id: one.photo_id ? words.photo_id : "", note: one.note ?? "" });
  return made;
}
