/** @import {Past} from "./past.js" */
/** @import {Words} from "./types.js" */
import { made } from "./words.js";

/** Undo, redo, how it all works, and the line that says what happened, aloud too. */
export class Tools {
  /**
   * @param {HTMLElement} root
   * @param {Words} words
   * @param {{undo: () => void, redo: () => void, again: () => void}} editor
   */
  constructor(root, words, editor) {
    this.undo = button(words.undo, editor.undo);
    this.redo = button(words.redo, editor.redo);
    this.again = button(words.try_again, editor.again);
    this.again.hidden = true;
    this.said = made("p", "editor__said", words.at_rest);
    this.said.setAttribute("role", "status");
    const help = made("details", "editor__help");
    const keys = made("p", "", words.help_keys);
    help.append(made("summary", "", words.help), made("p", "", words.help_pointer), keys);
    const short = made("p", "unseen", words.keys_short);
    short.id = "editor-keys";
    root.append(this.undo, this.redo, help, short);
    this.line = made("div", "editor__line");
    this.line.append(this.said, this.again);
  }

  /** @param {Past} past */
  update(past) {
    // Not `disabled`: a button that has the focus would lose it.
    this.undo.setAttribute("aria-disabled", String(!past.done.length));
    this.redo.setAttribute("aria-disabled", String(!past.undone.length));
  }

  /**
   * @param {string} words
   * @param {"" | "trouble" | "again"} [tone]
   */
  say(words, tone = "") {
    this.said.textContent = words;
    this.line.classList.toggle("editor__line--trouble", tone !== "");
    this.again.hidden = tone !== "again";
  }
}

/**
 * @param {string} label
 * @param {() => void} press
 */
function button(label, press) {
  const control = made("button", "button button--quiet button--small", label);
  control.type = "button";
  control.addEventListener("click", press);
  return control;
}
