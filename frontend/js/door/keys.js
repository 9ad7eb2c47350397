// A scanner on a cable or by Bluetooth types like a keyboard, and cannot aim: what it types counts wherever the focus is.
// It is told from a person by its speed. Tab, arrows, Enter and Space still work on buttons and lists, so nobody is trapped.
import { badgeAtTheEnd } from "./badge.js";

// For each letter of a text, taken together: nobody types a hundred letters like that. A badge has 146, a short code is typed by hand.
const QUICK_MS = 60;
const SHORTEST = 100;
// A scanner may be held up in between by its radio. After a longer pause another text begins.
const PAUSE_MS = 1000;
// These are a person's, and so is what came before them.
const EDITING = ["Backspace", "Delete", "ArrowLeft", "ArrowRight", "Home", "End", "Tab"];

/**
 * @param {HTMLInputElement} field where codes are typed
 * @param {(text: string) => void} onScan what a scanner typed while the focus was elsewhere
 * @param {AbortSignal} signal ends it
 */
export function listenToScanners(field, onScan, signal) {
  let typed = "";
  /** When each of them came. @type {number[]} */
  let times = [];
  /** @type {{input: HTMLInputElement | HTMLTextAreaElement, value: string} | null} */
  let spoilt = null;

  function forget() {
    typed = "";
    times = [];
  }

  document.addEventListener(
    "keydown",
    (event) => {
      const now = event.timeStamp;
      const goesOn = now - (times.at(-1) ?? -Infinity) <= PAUSE_MS;
      if (event.key === "Enter") {
        const text = badgeAtTheEnd(typed) ?? typed;
        const before = typed.length - text.length;
        const isQuick = goesOn && text.length >= SHORTEST && now - times[before] <= text.length * QUICK_MS;
        if (isQuick && document.activeElement !== field) {
          event.preventDefault();
          event.stopPropagation();
          if (spoilt) spoilt.input.value = spoilt.value + typed.slice(0, before);
          onScan(text);
        }
        forget();
        return;
      }
      if (EDITING.includes(event.key)) forget();
      if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!goesOn) forget();
      if (!typed) spoilt = textField(document.activeElement);
      typed += event.key;
      times.push(now);
      // What is typed where nothing takes it belongs into the field for codes.
      if (!textField(document.activeElement) && event.key !== " ") field.focus();
    },
    { capture: true, signal },
  );
}

/** @param {Element | null} element */
function textField(element) {
  const isText =
    element instanceof HTMLTextAreaElement ||
    (element instanceof HTMLInputElement && !["radio", "checkbox", "button", "submit"].includes(element.type));
  return isText ? { input: element, value: element.value } : null;
}
