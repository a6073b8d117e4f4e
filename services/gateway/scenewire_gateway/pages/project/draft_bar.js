/** The bar with the changes that are not made yet. */

import { post } from "/pages/api.js";
import { announce, el, fill } from "/pages/dom.js";
import { notice, problemNotice } from "/pages/parts/notice.js";
import { words } from "/pages/words.js";

export class DraftBar {
  #draft = null;

  constructor(page) {
    this.page = page;
    this.isSending = false;
    this.messages = el("div", { class: "errors" });
    this.count = el("p", { class: "draft-count" });
    this.buttons = el("div", { class: "buttons" });
    this.node = el(
      "section",
      { class: "draft-bar", "aria-label": words.changes, hidden: true },
      this.messages,
      el("div", { class: "draft-row" }, this.count, this.buttons),
    );
  }

  update({ draft, project }) {
    if (draft !== this.#draft) {
      this.#draft = draft;
      draft.addEventListener("change", () => this.update(this.page));
    }
    this.node.hidden = !draft.size || this.page.version !== null;
    if (this.node.hidden) fill(this.messages);
    fill(this.count, words.changeCount(draft.size));
    if (this.drawnFor === project.state) return; // the focus stays on its button
    this.drawnFor = project.state;
    const discard = this.#button(words.discard, "quiet", () => this.#discard());
    const buttons =
      project.state === "awaiting_approval"
        ? [
            discard,
            this.#button(words.keepChanges, "", () => this.send(false)),
            this.#button(words.approveWithChanges, "primary", () => this.send(true)),
          ]
        : [discard, this.#button(words.makeNewVersion, "primary", () => this.send(true))];
    fill(this.buttons, buttons);
  }

  /** Goes to the button that sends the changes. */
  focus() {
    this.buttons.lastElementChild?.focus();
  }

  #button(text, look, action) {
    return el("button", { class: `button ${look}`, type: "button", on: { click: action } }, text);
  }

  #discard() {
    this.#draft.clear();
    this.page.scenes.closeEditors();
    this.page.draw();
  }

  /** Makes a version with all changes. */
  async send(approve) {
    this.#setSending(true);
    try {
      await post(`/v1/projects/${this.page.project.id}/edits`, this.#draft.edit(approve));
      this.page.scenes.closeEditors();
      await this.page.refresh({ isDraftSent: true });
      announce(words.newVersionBegun);
    } catch (problem) {
      await this.#refused(problem);
    } finally {
      this.#setSending(false);
    }
  }

  #setSending(isSending) {
    this.isSending = isSending;
    for (const button of this.buttons.children) button.disabled = isSending;
  }

  async #refused(problem) {
    if (problem.code !== "revision_conflict") return fill(this.messages, problemNotice(problem));
    await this.page.refresh();
    const conflict = notice("ask", words.conflict, el("p", {}, problem.message), el("p", {}, words.conflictMore));
    conflict.setAttribute("role", "alert");
    return fill(this.messages, conflict);
  }
}
