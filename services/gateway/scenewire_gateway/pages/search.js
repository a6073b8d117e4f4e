/** Finds finished videos, and footage that was used or considered. */

import { get } from "/pages/api.js";
import { el, fill, outsideLink } from "/pages/dom.js";
import * as format from "/pages/format.js";
import { icon } from "/pages/icons.js";
import { problemNotice } from "/pages/parts/notice.js";
import { words } from "/pages/words.js";

const TYPING_MS = 250;

export async function show(place) {
  const results = el("div", { class: "results", "aria-live": "polite" });
  const input = el("input", {
    type: "search",
    id: "q",
    name: "q",
    value: place.query.get("q") ?? "",
    autocomplete: "off",
    placeholder: words.searchExample,
    on: { input: soon },
  });
  const form = el(
    "form",
    { role: "search", class: "search-form", on: { submit: (event) => (event.preventDefault(), find()) } },
    el("label", { for: "q", class: "unseen" }, words.search),
    el("div", { class: "field-inline large" }, icon("search"), input),
    el("button", { class: "button primary", type: "submit" }, words.find),
  );
  let timer = 0;
  let asked = null;

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(find, TYPING_MS);
  }

  async function find() {
    clearTimeout(timer);
    asked?.abort();
    const query = input.value.trim();
    place.set({ q: query });
    if (!query) return fill(results, el("p", { class: "muted" }, words.searchMore));
    asked = new AbortController();
    try {
      return fill(results, found(await get(`/v1/search?q=${encodeURIComponent(query)}`, { signal: asked.signal })));
    } catch (problem) {
      return problem.name === "AbortError" ? null : fill(results, problemNotice(problem));
    }
  }

  await find();
  return {
    node: el("div", { class: "page" }, el("h1", { tabindex: "-1" }, words.search), form, results),
    title: words.search,
    close: () => clearTimeout(timer),
  };
}

function found({ videos, footage }) {
  if (!videos.length && !footage.length) return el("p", { class: "muted" }, words.nothingFound);
  return [
    videos.length > 0 && el("section", {}, el("h2", {}, words.videos), el("ul", { class: "rows" }, videos.map(video))),
    footage.length > 0 &&
      el("section", {}, el("h2", {}, words.footage), el("ul", { class: "rows" }, footage.map(clip))),
  ];
}

function video({ short_id: id, title, state, scene_count: scenes, duration }) {
  const facts = [words.states[state], scenes ? words.scenes(scenes) : "", duration ? format.clock(duration) : ""]
    .filter(Boolean)
    .join(" · ");
  return el(
    "li",
    { class: "row" },
    icon("film"),
    el("div", {}, el("a", { href: `#/projects/${id}` }, title || words.untitled), el("p", { class: "muted" }, facts)),
  );
}

function clip({ title, creator, licence, source_url: sourceUrl, kind, provider, scenes }) {
  const credit = [creator, licence, provider].filter(Boolean).join(" · ");
  const uses = scenes.map((scene) =>
    el(
      "a",
      {
        class: scene.state === "used" ? "use" : "use muted",
        href: `#/projects/${scene.project_id}?scene=${scene.scene_number}`,
      },
      words.sceneOf(scene.scene_number, scene.project),
    ),
  );
  return el(
    "li",
    { class: "row" },
    icon(kind === "still" ? "image" : "film"),
    el(
      "div",
      {},
      outsideLink(title, sourceUrl),
      el("p", { class: "muted" }, credit),
      uses.length > 0 && el("p", { class: "uses" }, uses),
    ),
  );
}
