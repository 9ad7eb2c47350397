// The live picture: the server sends the figures anew whenever they change. Without this script the page loads itself again.

const picture = document.querySelector("[data-picture]");
const state = document.querySelector("[data-live-state]");
if (picture instanceof HTMLElement && state instanceof HTMLElement) follow(picture, state);

/**
 * @param {HTMLElement} shown
 * @param {HTMLElement} told
 */
function follow(shown, told) {
  const source = new EventSource(shown.dataset.picture ?? "");
  source.addEventListener("picture", (event) => {
    renew(shown, event.data);
    tell(told, "live");
  });
  source.addEventListener("error", () => {
    // Between two answers the browser asks again by itself: only what lasts is worth a word.
    setTimeout(() => source.readyState !== EventSource.OPEN && tell(told, "lost"), 4_000);
    // It does not ask again after a refusal: whoever was signed out meanwhile is led to the sign-in.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 30_000);
  });
}

/**
 * @param {HTMLElement} told
 * @param {"live" | "lost"} word
 */
function tell(told, word) {
  const text = told.dataset[word] ?? "";
  if (told.textContent === text) return;
  told.textContent = text;
  told.classList.toggle("live-state--live", word === "live");
  told.classList.toggle("live-state--lost", word === "lost");
}

/**
 * What was opened stays open, and where the keyboard was it stays.
 *
 * @param {HTMLElement} shown
 * @param {string} html
 */
function renew(shown, html) {
  const open = [...shown.querySelectorAll("details[open]")].map((details) => details.id);
  const inside = shown.contains(document.activeElement);
  const within = inside ? document.activeElement?.closest("details")?.id : undefined;
  shown.innerHTML = html;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (within) document.getElementById(within)?.querySelector("summary")?.focus();
}
