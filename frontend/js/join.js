// The join page stays open behind the meeting and tells once a minute that it is there, so that the length of the stay is known.
// Without this script joining works all the same, and a button says that one has left.

/** How often the page looks whether something else is to be shown, while it waits or somebody joins in another tab. */
const LOOK_EVERY_MS = 20_000;

const found = document.querySelector("[data-join]");
if (found instanceof HTMLElement) stayWith(found);

/** @param {HTMLElement} page */
function stayWith(page) {
  setInterval(() => page.dataset.state === "there" && tell(page), Number(page.dataset.signSeconds) * 1000);
  setInterval(() => page.dataset.state !== "there" && !document.hidden && renew(page), LOOK_EVERY_MS);
  page.addEventListener("submit", (event) => {
    // The meeting opens in a tab of its own; this page learns of it as soon as it is recorded.
    if (event.target instanceof HTMLFormElement && "joinEnter" in event.target.dataset) soon(page);
  });
  document.addEventListener("visibilitychange", () => !document.hidden && renew(page));
  addEventListener("pagehide", () => page.dataset.state === "there" && navigator.sendBeacon(sign(page), words("closed")));
  // Back from the browser's memory, as if it had never been closed.
  addEventListener("pageshow", (event) => event.persisted && tell(page));
}

/** @param {HTMLElement} page */
function soon(page) {
  for (const wait of [1_000, 4_000, 10_000]) setTimeout(() => page.dataset.state !== "there" && renew(page), wait);
}

/**
 * Says that somebody is there; where they no longer count as that, the page shows how things stand.
 *
 * @param {HTMLElement} page
 */
async function tell(page) {
  const answer = await ask(sign(page), { method: "POST", body: words("there") });
  if (answer === null) return;
  const said = answer.redirected ? { there: false } : await answer.json();
  if (!said.there) await renew(page);
}

/**
 * Shows how things stand now: of the page anew only what says so, and its buttons.
 *
 * @param {HTMLElement} page
 */
async function renew(page) {
  const answer = await ask(page.dataset.join ?? "", {});
  if (answer === null) return;
  const anew = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-join]");
  if (!(anew instanceof HTMLElement) || anew.dataset.state === "shut") return location.reload();
  page.dataset.state = anew.dataset.state;
  for (const part of ["[data-join-now]", "[data-join-acts]"]) take(page.querySelector(part), anew.querySelector(part));
}

/**
 * @param {Element | null} shown
 * @param {Element | null} anew
 */
function take(shown, anew) {
  if (!shown || !anew || shown.innerHTML === anew.innerHTML) return;
  const held = shown.contains(document.activeElement);
  shown.innerHTML = anew.innerHTML;
  if (held) shown.querySelector("button")?.focus();
}

/**
 * Without a network nothing is said, and the next minute tries again.
 *
 * @param {string} address
 * @param {RequestInit} how
 * @returns {Promise<Response | null>}
 */
async function ask(address, how) {
  try {
    const answer = await fetch(address, how);
    return answer.ok ? answer : null;
  } catch {
    return null;
  }
}

/** @param {HTMLElement} page */
function sign(page) {
  return `${page.dataset.join}/here`;
}

/**
 * What a form of this page would send: the sign, and the token that says the form is ours.
 *
 * @param {"there" | "closed"} said
 */
function words(said) {
  const form = new FormData();
  form.set("sign", said);
  const token = document.querySelector("input[name=csrf_token]");
  if (token instanceof HTMLInputElement) form.set("csrf_token", token.value);
  return form;
}
