/**
 * Sends what is typed into the field, wherever the focus was: a scanner types like a keyboard and cannot aim.
 * Tab, arrows, Enter and Space still work on buttons and lists, so nobody is trapped.
 *
 * @param {HTMLInputElement} field
 */
export function keepFocus(field) {
  field.focus();
  document.addEventListener("keydown", (event) => {
    const prints = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (prints && document.activeElement !== field) field.focus();
  });
  document.addEventListener("change", (event) => {
    if (event.target !== field) field.focus();
  });
  document.addEventListener("click", (event) => {
    const target = event.target;
    if (target instanceof Element && !target.closest("a, button, select, input, label, summary")) field.focus();
  });
}
