/** One project: how far it is, the video as it grows, its scenes, and what can be done with it. */

import { caller, follow, get, Problem } from "/pages/api.js";
import { announce, el } from "/pages/dom.js";
import { useKeys } from "/pages/keyboard.js";
import { Router } from "/pages/router.js";
import { words } from "/pages/words.js";
import { Details } from "/pages/project/details.js";
import { Draft } from "/pages/project/draft.js";
import { DraftBar } from "/pages/project/draft_bar.js";
import { Head } from "/pages/project/head.js";
import { Player } from "/pages/project/player.js";
import { Scenes } from "/pages/project/scenes.js";
import { Versions } from "/pages/project/versions.js";

const READ_AGAIN_MS = 400;
const READ_AGAIN_PER_SCENE_MS = 4; // long storyboards are large
const WHOLE = new Set(["video", "failure", "cancellation", "order", "script"]);

class ProjectPage {
  #timer = 0;
  #whole = false;

  constructor(place) {
    this.place = place;
    this.head = new Head(this);
    this.player = new Player({
      onScene: (number) => this.scenes.markPlaying(number),
      onProblem: (problem) => this.head.complain(problem),
    });
    this.versions = new Versions(this);
    this.scenes = new Scenes(this);
    this.details = new Details(this, this.scenes);
    this.bar = new DraftBar(this);
    this.node = el(
      "div",
      { class: "page project" },
      this.head.node,
      el(
        "div",
        { class: "project-columns" },
        el("section", { class: "watch", "aria-label": words.watch }, this.player.node, this.versions.node),
        this.details.node,
      ),
      this.bar.node,
    );
  }

  /** The version that was chosen, or null for the present state of the project. */
  get version() {
    const chosen = Number(this.place.query.get("version"));
    return this.project.versions.find(({ number }) => number === chosen) ?? null;
  }

  async load(id) {
    [this.project, this.caller] = await Promise.all([get(`/v1/projects/${id}`), caller()]);
    await this.#readStoryboard();
    this.draft = new Draft(this.project.id, this.storyboard);
    this.draw();
    this.close = this.#listen();
  }

  async #readStoryboard() {
    const revision = this.version ? `?revision=${this.version.revision}` : "";
    try {
      this.storyboard = await get(`${this.project.links.storyboard}${revision}`);
    } catch (problem) {
      if (problem.status !== 404) throw problem;
      this.storyboard = null; // there is none before the script is written
    }
  }

  /** Reads the project again, and puts the draft on top of what somebody else changed meanwhile, unless it was sent. */
  async refresh({ isDraftSent = false } = {}) {
    this.project = await get(`/v1/projects/${this.project.id}`);
    await this.#readStoryboard();
    if (isDraftSent) this.draft.clear(this.storyboard);
    else if (!this.version) this.draft.rebase(this.storyboard);
    this.draw();
  }

  draw() {
    for (const part of [this.head, this.player, this.versions, this.scenes, this.details, this.bar]) part.update(this);
  }

  /** Shows another version; null shows the present state. */
  async choose(version) {
    this.place.set({ version: version?.number ?? null });
    await this.refresh();
  }

  #listen() {
    const unfollow = follow(this.project.links.events, {
      onEvent: (kind, data) => this.#on(kind, data),
      onGap: () => this.#readSoon(true),
    });
    const forgetKeys = useKeys({
      k: () => this.player.toggle(),
      " ": () => this.player.toggle(),
      "]": () => this.player.step(1),
      "[": () => this.player.step(-1),
      "}": () => this.player.stepChapter(1),
      "{": () => this.player.stepChapter(-1),
      c: () => this.bar.focus(),
      e: () => this.scenes.edit(this.player.scene),
    });
    return () => {
      clearTimeout(this.#timer);
      this.player.close();
      this.scenes.close();
      unfollow();
      forgetKeys();
    };
  }

  #on(kind, { project, scene_number: number, ...progress }) {
    if (kind === "deletion") return Router.go("#/");
    const before = this.project.state;
    Object.assign(this.project, project);
    if (this.project.state !== before) announce(words.nowIs(this.project.title, words.states[this.project.state]));
    this.head.update(this);
    if (kind === "state") return this.draw();
    if (kind === "progress") return this.scenes.progress(number, progress);
    return this.#readSoon(WHOLE.has(kind));
  }

  /** Events come in crowds: reads once for all that come within a moment. */
  #readSoon(whole) {
    this.#whole ||= whole;
    this.#timer ||= setTimeout(
      async () => {
        const all = this.#whole;
        this.#whole = false;
        this.#timer = 0;
        if (this.bar.isSending) return this.#readSoon(all); // its answer says which of the changes are made
        try {
          if (all) await this.refresh();
          else await this.#readStoryboard().then(() => this.draw());
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          this.head.complain(error);
        }
        return undefined;
      },
      READ_AGAIN_MS + READ_AGAIN_PER_SCENE_MS * (this.project.scene_count ?? 0),
    );
  }
}

export async function show(place, id) {
  const page = new ProjectPage(place);
  await page.load(id);
  return { node: page.node, title: page.project.title || words.untitled, close: () => page.close() };
}
