/** A button that plays a sound, and stops it. */

import { el, fill } from "/pages/dom.js";
import { icon } from "/pages/icons.js";
import { words } from "/pages/words.js";

export class ListenButton {
  /**
   * @param {HTMLAudioElement} sound - shared by buttons, so that one plays at a time.
   * @param {string} address
   * @param {string} label - what screen readers say.
   */
  constructor(sound, address, label) {
    Object.assign(this, { sound, address });
    this.node = el("button", {
      class: "button quiet",
      type: "button",
      "aria-label": label,
      on: { click: () => this.#toggle() },
    });
    this.#draw(this.#plays);
  }

  get #plays() {
    return this.sound.dataset.address === this.address && !this.sound.paused;
  }

  async #toggle() {
    if (this.#plays) return this.sound.pause();
    this.sound.src = this.address;
    this.sound.dataset.address = this.address;
    const stop = new AbortController();
    for (const event of ["pause", "ended", "emptied", "error"]) {
      this.sound.addEventListener(event, () => (this.#draw(false, event === "error"), stop.abort()), {
        signal: stop.signal,
      });
    }
    this.#draw(true);
    return this.sound.play().catch(() => this.#draw(false, true));
  }

  #draw(plays, hasFailed = false) {
    this.node.setAttribute("aria-pressed", plays);
    fill(
      this.node,
      icon(hasFailed ? "warning" : plays ? "pause" : "sound"),
      hasFailed ? words.noSound : plays ? words.stopSound : words.listen,
    );
  }
}
