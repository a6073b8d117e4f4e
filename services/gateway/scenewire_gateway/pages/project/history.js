/** Who ordered and changed what. Read only while it shows. */

import { get } from "/pages/api.js";
import { el, fill } from "/pages/dom.js";
import * as format from "/pages/format.js";
import { problemNotice } from "/pages/parts/notice.js";
import { words } from "/pages/words.js";

export class History {
  #project = null;
  #isOpen = false;

  constructor() {
    this.node = el("div");
  }

  open() {
    this.#isOpen = true;
    this.#read();
  }

  shut() {
    this.#isOpen = false;
  }

  update(project) {
    this.#project = project;
    this.#read();
  }

  async #read() {
    if (!this.#isOpen || !this.#project) return;
    try {
      const { history } = await get(`/v1/projects/${this.#project.id}/history`);
      fill(this.node, el("ol", { class: "history" }, history.map(entry)));
    } catch (problem) {
      fill(this.node, problemNotice(problem));
    }
  }
}

/** The gateway says it in English; a cause may follow. */
function happening(what) {
  const [event, ...cause] = what.split(": ");
  return [words.happenings[event] ?? event, ...cause].join(": ");
}

/** What an edit changed, in a line. */
function changed(changes) {
  if (!changes) return "";
  const { edited, added, dropped, reordered, options, remade } = changes;
  const facts = [
    edited.length && words.changed.edited(edited.join(", ")),
    added.length && words.changed.added(added.join(", ")),
    dropped.length && words.changed.dropped(dropped.join(", ")),
    reordered && words.changed.reordered,
    options.length && words.changed.options(options.map((name) => words.changed.names[name] ?? name).join(", ")),
    remade.length && words.changed.remade,
  ];
  return facts.filter(Boolean).join(" · ") || words.changed.none;
}

function entry({ at, by, what, revision, changes }) {
  const facts = [format.dateTime(at), by && words.by(by), words.revision(revision)].filter(Boolean).join(" · ");
  return el(
    "li",
    {},
    el("p", {}, happening(what)),
    changes && what !== "retried" && el("p", {}, changed(changes)),
    el("p", { class: "muted" }, el("time", { datetime: at }, facts)),
  );
}
