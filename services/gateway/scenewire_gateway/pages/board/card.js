/** One project on the board. */

import { el, fill, setText } from "/pages/dom.js";
import * as format from "/pages/format.js";
import { icon } from "/pages/icons.js";
import { isUnderWay, ProgressLine, stateBadge } from "/pages/parts/state.js";
import { words } from "/pages/words.js";

export class Card {
  #state = null;
  #thumbnail = null;

  constructor(project) {
    this.poster = el("div", { class: "card-poster" }, icon("film"));
    this.badge = el("span", { class: "card-badge" });
    this.title = el("span", { class: "card-title" });
    this.progress = new ProgressLine(words.progress);
    this.facts = el("p", { class: "card-facts" });
    const link = el("a", { class: "card-link", href: `#/projects/${project.short_id}` }, this.title);
    this.node = el("li", { class: "card" }, this.poster, el("div", { class: "card-body" }, el("h2", {}, link), this.badge, this.progress.node, this.facts));
  }

  update(project) {
    setText(this.title, project.title || project.topic || words.untitled);
    if (project.state !== this.#state) {
      this.#state = project.state;
      fill(this.badge, stateBadge(project.state));
      this.node.dataset.state = project.state;
    }
    this.#showThumbnail(project.links.thumbnail);
    this.progress.update(project);
    setText(this.facts, facts(project));
  }

  #showThumbnail(address) {
    if (!address || address === this.#thumbnail) return;
    this.#thumbnail = address;
    fill(this.poster, el("img", { src: address, alt: "", loading: "lazy", decoding: "async" }));
  }
}

function facts(project) {
  if (project.state === "failed" && project.failure) return project.failure.message;
  const facts = [
    project.scene_count ? words.scenes(project.scene_count) : "",
    project.duration && !isUnderWay(project) ? format.clock(project.duration) : "",
    format.age(project.updated_at),
  ];
  return facts.filter(Boolean).join(" · ");
}
