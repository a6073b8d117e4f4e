/** All projects, live. */

import { follow, get } from "/pages/api.js";
import { arrange, el, fill, setText } from "/pages/dom.js";
import * as format from "/pages/format.js";
import { icon, picture } from "/pages/icons.js";
import { isUnderWay, ProgressLine, stateBadge } from "/pages/parts/state.js";
import { words } from "/pages/words.js";

const PAGE = 60;
const AGES_MS = 60_000;
const FILTERS = {
  all: () => true,
  live: isUnderWay,
  approval: ({ state }) => state === "awaiting_approval",
  ready: ({ state }) => state === "finished",
  ended: ({ state }) => state === "failed" || state === "cancelled",
};

/** One project on the board. */
class Card {
  #state = null;
  #thumbnail = null;

  constructor(project) {
    this.poster = el("div", { class: "card-poster" }, icon("film"));
    this.badge = el("span", { class: "card-badge" });
    this.title = el("span", { class: "card-title" });
    this.progress = new ProgressLine(words.progress);
    this.facts = el("p", { class: "card-facts" });
    const link = el("a", { class: "card-link", href: `#/projects/${project.short_id}` }, this.title);
    this.node = el(
      "li",
      { class: "card" },
      this.poster,
      el("div", { class: "card-body" }, el("h2", {}, link), this.badge, this.progress.node, this.facts),
    );
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
    fill(this.poster, picture(address, "film"));
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

class Board {
  #cards = new Map();
  #projects = new Map();
  #count = PAGE;
  #hasMore = false;
  #frame = 0;

  constructor(place) {
    this.place = place;
    this.grid = el("ul", { class: "cards", "aria-label": words.videos, on: { keydown: (event) => this.#walk(event) } });
    this.filters = el("fieldset", { class: "chips" }, el("legend", { class: "unseen" }, words.filter));
    this.words = el("input", {
      type: "search",
      value: place.query.get("q") ?? "",
      placeholder: words.filterByName,
      "aria-label": words.filterByName,
      on: { input: () => this.#filtered({ q: this.words.value }) },
    });
    this.empty = el("div", { class: "empty" });
    this.more = el(
      "button",
      { class: "button", type: "button", on: { click: () => this.#showMore() } },
      words.showMore,
    );
    this.node = el(
      "div",
      { class: "page" },
      el(
        "div",
        { class: "page-head" },
        el("h1", { tabindex: "-1" }, words.videos),
        el("div", { class: "field-inline" }, icon("search"), this.words),
      ),
      this.filters,
      this.grid,
      this.empty,
      el("p", { class: "center" }, this.more),
    );
    this.#makeFilters();
  }

  async load() {
    const listed = new Map();
    let offset = 0;
    while (offset !== null && offset < this.#count) {
      const { projects, next_offset: next } = await get(`/v1/projects?limit=${PAGE}&offset=${offset}`);
      for (const project of projects) listed.set(project.id, project);
      offset = next;
    }
    this.#projects = listed;
    this.#hasMore = offset !== null;
    this.#draw();
  }

  follow() {
    const ages = setInterval(() => this.#draw(), AGES_MS);
    const unfollow = follow("/v1/events", {
      onEvent: (kind, { project_id: id, project }) => {
        if (kind === "deletion") this.#projects.delete(id);
        else if (project) this.#merge(id, project);
        this.#drawSoon();
      },
      onGap: () => this.load().catch(() => {}),
    });
    this.close = () => {
      clearInterval(ages);
      unfollow();
    };
  }

  #merge(id, project) {
    const known = this.#projects.get(id);
    if (known) Object.assign(known, project);
    else this.#projects = new Map([[id, project], ...this.#projects]);
  }

  #makeFilters() {
    const chosen = this.place.query.get("show") ?? "all";
    this.counts = {};
    for (const name of Object.keys(FILTERS)) {
      const input = el("input", {
        type: "radio",
        name: "show",
        value: name,
        checked: name === chosen,
        on: { change: () => this.#filtered({ show: name === "all" ? null : name }) },
      });
      this.counts[name] = el("span", { class: "count" });
      this.filters.append(
        el("label", { class: "chip" }, input, el("span", {}, words.filters[name], " ", this.counts[name])),
      );
    }
  }

  #filtered(parts) {
    this.place.set(parts);
    this.#draw();
  }

  #drawSoon() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const all = [...this.#projects.values()];
    for (const [name, matches] of Object.entries(FILTERS))
      setText(this.counts[name], String(all.filter(matches).length));
    const wanted = this.words.value.trim().toLowerCase();
    const matches = FILTERS[this.place.query.get("show") ?? "all"] ?? FILTERS.all;
    const shown = all.filter(
      (project) => matches(project) && `${project.title} ${project.topic}`.toLowerCase().includes(wanted),
    );
    arrange(
      this.grid,
      shown.map((project) => ({ key: project.id, node: this.#card(project).node })),
    );
    this.more.hidden = !this.#hasMore;
    this.#drawEmpty(all.length, shown.length);
  }

  #card(project) {
    const card = this.#cards.get(project.id) ?? new Card(project);
    this.#cards.set(project.id, card);
    card.update(project);
    return card;
  }

  #drawEmpty(projects, shown) {
    this.empty.hidden = shown > 0;
    this.filters.hidden = projects === 0;
    if (shown) return;
    if (projects) fill(this.empty, el("p", {}, words.nothingMatches));
    else
      fill(
        this.empty,
        el("h2", {}, words.noVideos),
        el("p", {}, words.noVideosMore),
        el("p", {}, el("a", { class: "button primary", href: "#/new" }, icon("plus"), words.newVideo)),
      );
  }

  async #showMore() {
    this.#count += PAGE;
    await this.load();
  }

  /** Arrow keys go from card to card, over columns and rows. */
  #walk(event) {
    const links = [...this.grid.querySelectorAll("a.card-link")];
    const here = links.indexOf(document.activeElement);
    const columns = getComputedStyle(this.grid).gridTemplateColumns.split(" ").length;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
    const next = links[here + (steps[event.key] ?? NaN)];
    if (here < 0 || !next) return;
    event.preventDefault();
    next.focus();
  }
}

export async function show(place) {
  const board = new Board(place);
  await board.load();
  board.follow();
  return { node: board.node, title: words.videos, close: board.close };
}
