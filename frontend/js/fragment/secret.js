/**
 * Moves a secret from the address's fragment into the form that waits for it (`data-fragment="fill"` or "submit"),
 * and out of the address bar and the history. Nothing happens without a fragment or such a form.
 *
 * @param {Document} page
 */
export function takeSecret(page) {
  const form = page.querySelector("form[data-fragment]");
  const secret = location.hash.slice(1);
  if (!(form instanceof HTMLFormElement) || !secret) return;
  const input = form.elements.namedItem("code");
  if (!(input instanceof HTMLInputElement)) return;
  input.value = secret;
  history.replaceState(null, "", location.pathname + location.search);
  if (form.dataset.fragment === "submit") form.requestSubmit();
}
