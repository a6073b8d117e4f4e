/** What is beside the player: scenes, script, credits, notes and history as tabs. */

import { el, fill, outsideLink, setText } from "/pages/dom.js";
import { Tabs } from "/pages/parts/tabs.js";
import { History } from "/pages/project/history.js";
import { words } from "/pages/words.js";

export class Details {
  constructor(page, scenes) {
    this.place = page.place;
    this.script = el("article", { class: "script" });
    this.credits = el("div");
    this.notes = el("ul", { class: "plain-list" });
    this.history = new History();
    const tabs = [
      { name: "scenes", title: words.tabs.scenes, node: scenes.node },
      { name: "script", title: words.tabs.script, node: [this.#copyButton(), this.script] },
      { name: "credits", title: words.tabs.credits, node: this.credits },
      { name: "notes", title: words.tabs.notes, node: this.notes },
      { name: "history", title: words.tabs.history, node: this.history.node },
    ];
    this.tabs = new Tabs(words.details, tabs, (name) => this.#chosen(name));
    this.node = el("section", { class: "details", "aria-label": words.details }, this.tabs.node);
    this.tabs.choose(this.place.query.get("tab") ?? "scenes");
  }

  update({ project, storyboard }) {
    const scenes = storyboard?.scenes ?? [];
    fill(
      this.script,
      scenes.map(({ section, text }) => [section && el("h2", {}, section), el("p", {}, text)]),
    );
    fill(this.credits, credits(scenes, storyboard?.options?.music));
    fill(
      this.notes,
      project.notes.length
        ? project.notes.map((note) => el("li", {}, note))
        : el("li", { class: "muted" }, words.noNotes),
    );
    this.tabs.count("notes", project.notes.length);
    this.history.update(project);
  }

  #chosen(name) {
    this.place.set({ tab: name === "scenes" ? null : name });
    if (name === "history") this.history.open();
    else this.history.shut();
  }

  #copyButton() {
    const button = el("button", { class: "button quiet", type: "button", on: { click: copy } }, words.copyScript);
    const copy_ = () => navigator.clipboard.writeText(this.script.innerText);
    async function copy() {
      await copy_();
      setText(button, words.copied);
    }
    return navigator.clipboard ? button : null; // only where the page is served securely
  }
}

/** Every source once, with the scenes that show it. */
function credits(scenes, music) {
  const sources = new Map();
  for (const scene of scenes) {
    for (const clip of scene.clips) {
      const key = `${clip.provider} ${clip.source_id}`;
      if (!sources.has(key)) sources.set(key, { ...clip, scenes: new Set() });
      sources.get(key).scenes.add(scene.number);
    }
  }
  if (!sources.size && !music) return el("p", { class: "muted" }, words.noCredits);
  return el(
    "ul",
    { class: "rows" },
    [...sources.values()].map(credit),
    music && credit({ ...music, title: music.title || words.music, provider: "", scenes: [] }),
  );
}

function credit({ title, creator, licence, licence_url: licenceUrl, source_url: sourceUrl, provider, scenes }) {
  const facts = [creator, licence && outsideLink(licence, licenceUrl), provider].filter(Boolean);
  const line = facts.flatMap((fact, place) => (place ? [" · ", fact] : [fact]));
  const uses = [...scenes].join(", ");
  return el(
    "li",
    { class: "row" },
    el(
      "div",
      {},
      outsideLink(title || words.untitled, sourceUrl),
      el("p", { class: "muted" }, line),
      uses && el("p", { class: "muted" }, words.inScenes(uses)),
    ),
  );
}
