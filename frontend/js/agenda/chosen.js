/** @import {Day} from "./day.js" */
/** @import {Session} from "./types.js" */
import { made } from "./words.js";

/** The bar that tells of the chosen session, and what can be done with it by a tap. */
export class Chosen {
  /**
   * @param {Day} day
   * @param {string} address where the sessions' addresses begin
   * @param {{shelve: (session: Session) => void, closed: () => void}} editor
   */
  constructor(day, address, editor) {
    this.day = day;
    this.address = address;
    this.editor = editor;
    /** @type {string | null} */
    this.id = null;
    this.bar = made("div", "chosen");
    this.bar.hidden = true;
    this.bar.setAttribute("role", "group");
    this.bar.setAttribute("aria-label", day.words.selected);
    this.title = made("strong", "chosen__title");
    this.where = made("span", "chosen__where");
    this.trouble = made("span", "chosen__trouble");
    this.edit = made("a", "button button--small", day.words.open_form);
    this.shelve = made("button", "button button--quiet button--small", day.words.to_shelf);
    this.shelve.type = "button";
    this.close = made("button", "button button--quiet button--small", day.words.close);
    this.close.type = "button";
    const said = made("p", "chosen__said");
    said.append(this.title, this.where, this.trouble);
    const tools = made("div", "row");
    tools.append(this.edit, this.shelve, this.close);
    this.bar.append(said, tools);
    this.shelve.addEventListener("click", () => {
      const session = this.session;
      if (session) editor.shelve(session);
    });
    this.close.addEventListener("click", () => this.choose(null));
  }

  get session() {
    return this.id === null ? undefined : this.day.sessions.get(this.id);
  }

  /** @param {string | null} id */
  choose(id) {
    this.id = id;
    this.draw();
    if (id === null) this.editor.closed();
  }

  draw() {
    const session = this.session;
    this.bar.hidden = !session;
    if (!session) return;
    this.title.textContent = session.title;
    this.where.textContent = this.day.spoken(session).slice(session.title.length).replace(/^, /, "");
    this.trouble.textContent = this.day.openConflicts(session.id).map((one) => one.message).join(" ");
    this.edit.href = this.address + session.id;
    this.shelve.hidden = session.starts_at === null;
  }
}
