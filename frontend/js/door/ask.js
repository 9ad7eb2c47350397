// A question in a window of its own, with a field for the answer: why somebody is let in all the same.

/**
 * The answer, or null where it was given up.
 *
 * @param {HTMLDialogElement} dialog with a form, a field `answer` and a button that gives up (`data-act=close`)
 * @returns {Promise<string | null>}
 */
export function ask(dialog) {
  const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("answer"));
  field.value = "";
  dialog.showModal();
  return new Promise((resolve) => {
    const done = new AbortController();
    /** @param {string | null} answer */
    const end = (answer) => {
      done.abort();
      dialog.close();
      resolve(answer);
    };
    const { signal } = done;
    form.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        if (field.value.trim()) end(field.value.trim());
        else field.focus();
      },
      { signal },
    );
    dialog.querySelector("[data-act=close]")?.addEventListener("click", () => end(null), { signal });
    dialog.addEventListener("cancel", () => end(null), { signal });
  });
}
