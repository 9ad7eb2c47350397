// The door: every code that is typed or scanned is sent, one after the other, and its answer shown.
// The words of each answer come from the server's templates; the form works without this script too.
import { keepFocus } from "./door/focus.js";
import { freshScan } from "./door/scan.js";
import { settle } from "./door/settle.js";
import { takeSecret } from "./fragment/secret.js";

/**
 * Takes over the scan form, and the undo form inside an answer.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLElement} verdict
 * @param {HTMLInputElement} input
 */
function openDoor(form, verdict, input) {
  // One at a time and in order: the answer on the screen belongs to the scan made last.
  let queue = Promise.resolve();

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const scan = freshScan(form);
    input.value = "";
    if (scan.get("badge")) queue = queue.then(() => settle(form.action, scan, verdict));
  });
  verdict.addEventListener("submit", (event) => {
    const undo = event.target;
    if (!(undo instanceof HTMLFormElement)) return;
    event.preventDefault();
    const asked = new FormData(undo);
    queue = queue.then(() => settle(undo.action, asked, verdict));
    input.focus();
  });
  keepFocus(input);
}

const form = document.querySelector("form[data-scan]");
const verdict = document.querySelector("#verdict");
const input = document.querySelector("form[data-scan] input[name=badge]");
if (form instanceof HTMLFormElement && verdict instanceof HTMLElement && input instanceof HTMLInputElement) {
  openDoor(form, verdict, input);
}
takeSecret(document);
