const PAUSE_MS = 2000;
const PATIENCE_MS = 8000;

/**
 * Posts a scan until the server answers, and shows its answer. The scan's id stays the same, so however often it is
 * sent it counts once. While the server is away the page says that the badge is not yet decided;
 * a request it refuses is not sent again.
 *
 * @param {string} address
 * @param {FormData} asked
 * @param {HTMLElement} verdict
 */
export async function settle(address, asked, verdict) {
  for (;;) {
    const answer = await post(address, asked);
    if (answer?.ok) {
      verdict.innerHTML = await answer.text();
      return;
    }
    const kept = !answer || answer.status >= 500 || answer.status === 429;
    if (!kept) {
      show(verdict, answer.status === 401 ? "unpaired" : "unread");
      return;
    }
    show(verdict, "waiting");
    await new Promise((wake) => setTimeout(wake, PAUSE_MS));
  }
}

/**
 * The server's answer, or null when none came in time.
 *
 * @param {string} address
 * @param {FormData} asked
 */
async function post(address, asked) {
  const body = new URLSearchParams();
  for (const [name, value] of asked) body.append(name, String(value));
  try {
    return await fetch(address, {
      method: "POST",
      body,
      headers: { Accept: "text/html", "X-Requested-With": "fetch" },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    return null;
  }
}

/**
 * Shows one of the page's own `<template>`s, whose words the server wrote beforehand.
 *
 * @param {HTMLElement} verdict
 * @param {string} name
 */
function show(verdict, name) {
  const words = document.querySelector(`template#${name}`);
  if (words instanceof HTMLTemplateElement) verdict.replaceChildren(words.content.cloneNode(true));
}
