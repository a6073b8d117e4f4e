/** What would be made of an order, before it costs anything. */

import { el, fill } from "/pages/dom.js";
import * as format from "/pages/format.js";
import { notice } from "/pages/parts/notice.js";
import { words } from "/pages/words.js";

export class Plan {
  constructor() {
    this.node = el("aside", { class: "plan", "aria-label": words.plan });
    fill(this.node, el("h2", {}, words.plan), el("p", { class: "muted" }, words.planMore));
  }

  show({ title, scene_count: scenes, estimated_duration: seconds, writer, scenes: list, notes }) {
    const facts = [
      scenes ? words.scenes(scenes) : "",
      seconds ? words.about(format.length(seconds)) : "",
      writer && words.writtenBy(writer),
    ]
      .filter(Boolean)
      .join(" · ");
    fill(
      this.node,
      el("h2", {}, words.plan),
      el("p", { class: "plan-title" }, title),
      el("p", { class: "muted" }, facts),
      notes.map((note) => notice("ask", note)),
      el("ol", { class: "plan-scenes" }, list.map(planned)),
    );
    this.node.scrollIntoView({ block: "nearest" });
  }
}

function planned({ section, text, estimated_duration: seconds, footage_query: query }) {
  return el(
    "li",
    {},
    section && el("p", { class: "scene-section" }, section),
    el("p", {}, text),
    el("p", { class: "muted" }, [seconds ? format.clock(seconds) : "", query].filter(Boolean).join(" · ")),
  );
}
