// The agenda editor: a grid of rooms against time in the place of the day's table.
import { Day } from "./agenda/day.js";
import { Editor } from "./agenda/editor.js";

/** @param {string} id */
function data(id) {
  return JSON.parse(document.getElementById(id)?.textContent ?? "null");
}

const root = document.querySelector("[data-editor=grid]");
const tools = document.querySelector("[data-editor=tools]");
if (root instanceof HTMLElement && tools instanceof HTMLElement) {
  new Editor(root, tools, new Day(data("editor-day"), data("editor-words")));
}
