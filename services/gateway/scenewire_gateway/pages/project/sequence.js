/** Plays scenes one after another: the narrations of a storyboard, and a preview where the browser can't join them. */

export class Sequence {
  #place = -1;
  #waits = false;

  /**
   * @param {HTMLVideoElement} video
   * @param {() => void} onWaiting - called when the next scene is not ready yet.
   */
  constructor(video, onWaiting) {
    Object.assign(this, { video, onWaiting, scenes: [] });
    this.ended = () => this.#play(this.#place + 1, 0);
    video.addEventListener("ended", this.ended);
  }

  /** Takes over the list of scenes that are ready, from the first one on: `{url, start}`. */
  update(scenes) {
    this.scenes = scenes;
    if (this.#place < 0 && scenes.length) this.#load(0, 0);
    else if (this.#waits && this.#place + 1 < scenes.length) this.#play(this.#place + 1, 0);
  }

  /** Seconds from the beginning of the video. */
  get position() {
    return (this.scenes[this.#place]?.start ?? 0) + this.video.currentTime;
  }

  seek(seconds) {
    const place = Math.max(
      0,
      this.scenes.findLastIndex(({ start }) => start <= seconds),
    );
    const within = seconds - (this.scenes[place]?.start ?? 0);
    if (place === this.#place) this.video.currentTime = within;
    else if (this.video.paused) this.#load(place, within);
    else this.#play(place, within);
  }

  close() {
    this.video.removeEventListener("ended", this.ended);
  }

  #play(place, within) {
    this.#waits = place >= this.scenes.length;
    if (this.#waits) return this.onWaiting();
    this.#load(place, within);
    return this.video.play().catch(() => {}); // the browser may refuse to play before a click
  }

  #load(place, within) {
    this.#place = place;
    this.video.src = this.scenes[place].url;
    if (within > 0)
      this.video.addEventListener("loadedmetadata", () => (this.video.currentTime = within), { once: true });
  }
}
