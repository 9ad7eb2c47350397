// Sets a star without leaving the page. Where that fails the form is sent as it is without scripts.

/**
 * Takes over the star buttons of the page.
 * @param {Document} page
 */
export function starInPlace(page) {
  page.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button.star") : null;
    if (!(button instanceof HTMLButtonElement) || !button.form || button.dataset.failed) return;
    event.preventDefault();
    void send(button, button.form);
  });
}

/**
 * @param {HTMLButtonElement} button
 * @param {HTMLFormElement} form
 */
async function send(button, form) {
  if (button.getAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  const told = new URLSearchParams(/** @type {any} */ (new FormData(form, button)));
  try {
    // Where it would lead back to is the page we are on: there is no need to fetch it.
    const answer = await fetch(button.formAction, { method: "POST", body: told, redirect: "manual" });
    if (answer.type !== "opaqueredirect") throw new Error(`refused: ${answer.status}`);
    show(button, button.value === "true");
  } catch {
    button.dataset.failed = "yes";
    button.click();
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/**
 * @param {HTMLButtonElement} button
 * @param {boolean} isStarred
 */
function show(button, isStarred) {
  button.value = String(!isStarred);
  button.setAttribute("aria-pressed", String(isStarred));
}
