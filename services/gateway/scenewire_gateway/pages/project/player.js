/** Plays the best that there is: a finished version, the scenes that are ready, or the narration of a storyboard. */

import { get } from "/pages/api.js";
import { el, fill, setText } from "/pages/dom.js";
import { icon } from "/pages/icons.js";
import { canPlayGrowing, GrowingVideo } from "/pages/project/growing_video.js";
import { Sequence } from "/pages/project/sequence.js";
import { Timeline } from "/pages/project/timeline.js";
import { words } from "/pages/words.js";

const NOTHING = { kind: "nothing", url: "" };

function leading(scenes, isReady) {
  const gap = scenes.findIndex((scene) => !isReady(scene));
  return scenes.slice(0, gap < 0 ? scenes.length : gap);
}

export class Player {
  #source = NOTHING;
  #sequence = null;
  #growing = null;
  #growingFailed = !canPlayGrowing;
  #ready = [];
  #spoken = [];
  scene = 1;

  constructor({ onScene, onProblem }) {
    this.onScene = onScene;
    this.onProblem = onProblem;
    this.video = el("video", {
      controls: true,
      playsinline: true,
      preload: "metadata",
      "aria-label": words.video,
      on: { timeupdate: () => this.#moved(), error: () => this.#explain() },
    });
    this.empty = el("div", { class: "player-empty" }, icon("film"), el("p", {}));
    this.caption = el("p", { class: "player-caption" });
    this.timeline = new Timeline((seconds) => this.seek(seconds));
    this.spoken = el("p", { class: "player-spoken", "aria-hidden": "true" });
    this.screen = el("div", { class: "screen" }, this.video, this.spoken, this.empty);
    this.node = el(
      "div",
      { class: "player" },
      this.screen,
      this.timeline.line,
      this.caption,
      this.timeline.chapterList,
    );
    this.keep = () => this.#keepPosition();
    addEventListener("pagehide", this.keep);
  }

  update({ project, storyboard, version }) {
    this.project = project;
    const scenes = storyboard?.scenes ?? [];
    const look = storyboard?.options?.look ?? {};
    this.screen.style.setProperty("--ratio", (look.width ?? 16) / (look.height ?? 9));
    this.language = storyboard?.options?.language;
    this.#ready = leading(scenes, ({ state }) => state === "rendered");
    this.#spoken = leading(scenes, ({ narration_url: address }) => address);
    this.timeline.update(storyboard);
    this.#show(this.#choose(project, version), project);
    setText(this.caption, this.#label(project, scenes.length));
  }

  toggle() {
    if (this.video.paused) this.video.play().catch(() => {});
    else this.video.pause();
  }

  seek(seconds) {
    if (this.#source.kind === "nothing") return;
    if (this.#sequence) this.#sequence.seek(seconds);
    else this.video.currentTime = seconds;
  }

  /** Goes to the beginning of a scene, by its number. */
  seekScene(number) {
    const start = this.timeline.startOf(number);
    if (start !== undefined) this.seek(start);
  }

  /** Goes that many chapters on or back. */
  stepChapter(chapters) {
    this.timeline.stepChapter(chapters);
  }

  /** Goes that many scenes on or back. */
  step(scenes) {
    this.seekScene(this.scene + scenes);
  }

  close() {
    this.#keepPosition();
    removeEventListener("pagehide", this.keep);
    this.#closeParts();
    this.video.removeAttribute("src");
    this.video.load();
  }

  #choose(project, version) {
    const chosen = version ?? project.versions.find(({ revision }) => revision === project.revision);
    if (chosen) return { kind: "version", url: chosen.links.video, version: chosen };
    if (this.#ready.length) {
      return {
        kind: this.#growingFailed ? "scenes" : "growing",
        url: `${project.links.preview}?revision=${project.revision}`,
      };
    }
    const last = project.versions.at(-1);
    if (last) return { kind: "version", url: last.links.video, version: last };
    return project.state === "awaiting_approval" && this.#spoken.length
      ? { kind: "narration", url: project.id }
      : NOTHING;
  }

  /** Changes what plays and keeps the place: the finished video goes on where its preview was. */
  #show(source, project) {
    this.empty.hidden = source.kind !== "nothing";
    this.video.hidden = source.kind === "nothing";
    setText(
      this.empty.lastElementChild,
      project.state === "failed" || project.state === "cancelled" ? words.noPreview : words.previewLater,
    );
    if (source.kind !== this.#source.kind || source.url !== this.#source.url) {
      const at = this.#source.kind === "nothing" ? this.#keptPosition() : this.position;
      const plays = !this.video.paused;
      this.#source = source;
      this.#open(source, project);
      this.#resume(at, plays);
    } else {
      this.#growing?.refresh();
      this.#sequence?.update(this.#playable(source, project));
    }
    this.#drawSpoken();
  }

  #playable({ kind }, project) {
    const [scenes, address] =
      kind === "narration"
        ? [this.#spoken, (scene) => scene.narration_url]
        : [this.#ready, ({ number }) => `${project.links.self}/preview/${number}.mp4?revision=${project.revision}`];
    return scenes.map((scene) => ({ url: address(scene), start: this.timeline.startOf(scene.number) }));
  }

  /** While there is only the narration, its words stand before a still of the footage. */
  #drawSpoken() {
    this.spoken.hidden = this.#source.kind !== "narration";
    if (this.spoken.hidden) return;
    const scene = this.#spoken.find(({ number }) => number === this.scene) ?? this.#spoken[0];
    setText(this.spoken, scene.text);
    this.video.poster = scene.picture_url ?? "";
  }

  #open(source, project) {
    this.#closeParts();
    fill(this.video, source.version ? this.#track(source.version) : []);
    if (source.version) this.video.poster = source.version.links.thumbnail;
    if (source.kind === "scenes" || source.kind === "narration") {
      this.#sequence = new Sequence(this.video, () => setText(this.caption, words.nextSceneLater));
      this.#sequence.update(this.#playable(source, project));
    } else if (source.kind === "growing") {
      this.#growing = new GrowingVideo(this.video, source.url, (error) => this.#failed(error));
    } else if (source.kind === "version") {
      this.video.src = source.url;
    }
  }

  #resume(at, plays) {
    if (this.#source.kind === "nothing") return;
    if (this.#sequence) this.#sequence.seek(at);
    else this.video.addEventListener("loadedmetadata", () => (this.video.currentTime = at), { once: true });
    if (plays) this.video.play().catch(() => {});
  }

  #track(version) {
    return el("track", {
      kind: "captions",
      src: version.links.captions_vtt,
      label: words.captions,
      srclang: this.language,
    });
  }

  #closeParts() {
    this.#sequence?.close();
    this.#growing?.close();
    this.#sequence = this.#growing = null;
  }

  /** Goes on with the scenes one after another. */
  #failed(error) {
    console.warn(error);
    this.#growingFailed = true;
    this.#show(this.#choose(this.project, null), this.project);
  }

  /** Browsers do not say why a video cannot be loaded; the gateway does. */
  async #explain() {
    const { kind, url } = this.#source;
    if (kind !== "version") return;
    const problem = await get(url, { headers: { Range: "bytes=0-0" } }).then(
      () => null,
      (refused) => refused,
    );
    if (problem && this.#source.url === url) this.onProblem(problem);
  }

  get position() {
    return this.#sequence?.position ?? this.video.currentTime;
  }

  #moved() {
    const number = this.timeline.mark(this.position);
    if (number === this.scene) return;
    this.scene = number;
    this.#drawSpoken();
    this.onScene(number);
  }

  #label(project, scenes) {
    if (this.#source.kind === "version")
      return project.versions.length > 1 || this.#source.version.revision !== project.revision
        ? words.version(this.#source.version.number)
        : "";
    if (this.#source.kind === "narration") return words.narrationOnly;
    return this.#source.kind === "nothing" ? "" : words.previewOf(this.#ready.length, scenes);
  }

  get #key() {
    return `scenewire.position.${this.project.id}`;
  }

  #keepPosition() {
    if (this.project && this.#source.kind !== "nothing") sessionStorage.setItem(this.#key, this.position);
  }

  #keptPosition() {
    return Number(sessionStorage.getItem(this.#key) ?? 0);
  }
}
