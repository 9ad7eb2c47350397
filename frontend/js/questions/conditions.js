/**
 * Shows each part of the form that waits for an answer (`data-asked-if` names the field, `data-answers` the answers as JSON) only
 * while that is given. What is hidden is not sent. Without a script all of it is there, each with a note of what it waits for.
 *
 * @param {HTMLFormElement} form
 */
export function followAnswers(form) {
  const parts = /** @type {HTMLElement[]} */ ([...form.querySelectorAll("[data-asked-if]")]);
  if (parts.length === 0) return;
  for (const note of form.querySelectorAll(".asked-if__note")) note.remove();

  const settle = () => {
    // A hidden part's answers do not count: what waits for them in turn is hidden in the next round.
    for (let round = 0; round < parts.length; round++) {
      for (const part of parts) show(part, isAnswered(form, part));
    }
  };
  form.addEventListener("change", settle);
  settle();
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement} part
 */
function isAnswered(form, part) {
  /** @type {string[]} */
  const wanted = JSON.parse(part.dataset.answers ?? "[]");
  return new FormData(form).getAll(part.dataset.askedIf ?? "").some((answer) => wanted.includes(String(answer)));
}

/**
 * @param {HTMLElement} part
 * @param {boolean} isShown
 */
function show(part, isShown) {
  part.hidden = !isShown;
  for (const field of part.querySelectorAll("input, select, textarea")) {
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement) {
      field.disabled = !isShown;
    }
  }
}
