/** The scenes of the video as a line in their lengths and states, and its chapters. */

import { el, fill } from "/pages/dom.js";
import * as format from "/pages/format.js";
import { words } from "/pages/words.js";

const UNKNOWN_S = 4; // how long a scene without a narration is drawn
const ROUNDING_S = 0.05; // players begin a little before the frame that they were asked for

export class Timeline {
  #shown = "";
  #starts = [];

  /** @param {(seconds: number) => void} onSeek */
  constructor(onSeek) {
    this.onSeek = onSeek;
    // The list of scenes says and does the same for those who can't see or reach the line.
    this.line = el("div", { class: "timeline", "aria-hidden": "true" });
    this.chapters = el("ol", { class: "chapters" });
    this.chapterList = el("section", { class: "chapter-list" }, el("h2", {}, words.chapters), this.chapters);
  }

  update(storyboard) {
    const scenes = (storyboard?.scenes ?? []).map(({ number, state, start, duration }) => ({
      number,
      state,
      start,
      duration,
    }));
    const chapters = (storyboard?.chapters ?? []).filter(({ start }) => start !== null);
    const shown = JSON.stringify([scenes, chapters]);
    if (shown === this.#shown) return; // the focus stays on its chapter
    this.#shown = shown;
    this.#measure(scenes);
    fill(
      this.line,
      scenes.map((scene) => this.#drawScene(scene)),
    );
    fill(
      this.chapters,
      chapters.map((chapter) => this.#drawChapter(chapter)),
    );
    this.chapterList.hidden = chapters.length < 2;
  }

  /** Returns where a scene begins, seconds; undefined if there is none of this number. */
  startOf(number) {
    return this.#starts.find((scene) => scene.number === number)?.start;
  }

  /** Shows the place that plays; returns the number of its scene. */
  mark(seconds) {
    const number = this.#starts.findLast(({ start }) => start <= seconds + ROUNDING_S)?.number ?? 1;
    for (const scene of this.line.children) scene.classList.toggle("now", Number(scene.dataset.number) === number);
    const now = this.#chapterAt(seconds);
    for (const chapter of this.chapters.children) chapter.classList.toggle("now", chapter === now);
    return number;
  }

  /** Goes that many chapters on or back. */
  stepChapter(chapters) {
    const all = [...this.chapters.children];
    const now = all.findIndex((chapter) => chapter.classList.contains("now"));
    const next = all[now + chapters];
    if (next) this.onSeek(Number(next.dataset.start));
  }

  #measure(scenes) {
    let at = 0;
    this.#starts = scenes.map(({ number, start, duration }) => {
      const begins = start ?? at;
      at = begins + (duration ?? 0);
      return { number, start: begins };
    });
  }

  #chapterAt(seconds) {
    return [...this.chapters.children].findLast((chapter) => Number(chapter.dataset.start) <= seconds + ROUNDING_S);
  }

  #drawScene({ number, state, duration }) {
    const seek = () => this.onSeek(this.startOf(number));
    const look = {
      class: `timeline-scene ${state}`,
      title: words.scene(number),
      style: { "--length": duration ?? UNKNOWN_S },
    };
    return el("span", { ...look, data: { number }, on: { click: seek } });
  }

  #drawChapter({ title, start }) {
    const time = el("span", { class: "time" }, format.clock(start));
    const button = el("button", { type: "button", on: { click: () => this.onSeek(start) } }, time, " ", title);
    return el("li", { data: { start } }, button);
  }
}
