/** Files of one's own: chosen or dropped, uploaded with progress, listed. */

import { upload } from "/pages/api.js";
import { announce, el, fill, freshId, setText } from "/pages/dom.js";
import * as format from "/pages/format.js";
import { icon } from "/pages/icons.js";
import { problemText } from "/pages/parts/notice.js";
import { words } from "/pages/words.js";

export class Uploads {
  /**
   * @param {object} settings
   * @param {string} settings.accept - media types that the file dialog offers.
   * @param {Array<object>} settings.files - files that are uploaded already: `{file, title, kind}`.
   * @param {() => void} settings.onChange
   * @param {(entry: object) => Element|null} [settings.more] - fields beside a file.
   * @param {boolean} [settings.multiple] - whether a new file joins the others or replaces them.
   */
  constructor({ accept, files = [], onChange, more = () => null, multiple = true }) {
    Object.assign(this, { files: [...files], onChange, more, multiple });
    this.list = el("ul", { class: "uploads" });
    const id = freshId("files");
    const input = el("input", {
      type: "file",
      id,
      class: "unseen",
      multiple,
      accept,
      on: { change: () => (this.add([...input.files]), (input.value = "")) },
    });
    const label = el(
      "label",
      {
        for: id,
        class: "drop",
        on: {
          dragover: (event) => (event.preventDefault(), label.classList.add("over")),
          dragleave: () => label.classList.remove("over"),
          drop: (event) => (
            event.preventDefault(),
            event.stopPropagation(),
            label.classList.remove("over"),
            this.add([...event.dataTransfer.files])
          ),
        },
      },
      icon("plus"),
      words.chooseFiles,
    );
    this.node = el("div", {}, input, label, this.list);
    for (const entry of this.files) this.#show(entry);
  }

  /** Uploads files, each on a line of its own. */
  add(files) {
    for (const file of files) this.#upload(file);
  }

  async #upload(file) {
    const bar = el("progress", { max: 1, value: 0, "aria-label": file.name });
    const text = el("span", { class: "muted" }, format.bytes(file.size));
    const { answer, cancel } = upload(file, (share) => (bar.value = share));
    const line = el(
      "li",
      {},
      el("span", { class: "upload-name" }, file.name),
      bar,
      text,
      this.#removeButton(file.name, () => (cancel(), line.remove())),
    );
    this.list.append(line);
    try {
      const { file: reference, name, kind } = await answer;
      const entry = { file: reference, title: name, kind };
      if (!this.multiple) this.#removeOthers(line);
      this.files.push(entry);
      this.#show(entry, line);
      announce(words.uploaded(name));
      this.onChange();
    } catch (problem) {
      if (problem.name === "AbortError") return;
      bar.remove();
      line.classList.add("failed");
      setText(text, [problemText(problem), problem.hint].filter(Boolean).join(" "));
      announce(words.notUploaded(file.name));
    }
  }

  #removeOthers(line) {
    this.files = [];
    this.list.replaceChildren(line);
  }

  #show(entry, line = this.list.appendChild(el("li"))) {
    fill(
      line,
      icon(entry.kind === "sound" ? "sound" : entry.kind === "still" ? "image" : "film"),
      el("span", { class: "upload-name" }, entry.title),
      this.more(entry),
      this.#removeButton(entry.title, () => {
        this.files = this.files.filter((other) => other !== entry);
        line.remove();
        this.onChange();
      }),
    );
  }

  #removeButton(name, action) {
    return el(
      "button",
      { class: "button quiet icon-only", type: "button", "aria-label": words.removeNamed(name), on: { click: action } },
      icon("close"),
    );
  }
}
