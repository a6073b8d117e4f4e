/**
 * Plays the scenes that are ready on one timeline while later ones are still made.
 *
 * The gateway's playlist names the parts, and a media source takes them. Chrome's own player of lists would begin a list
 * that still grows at its end, and would leave out what it missed during a pause.
 */

const AHEAD_S = 30;
const BEHIND_S = 30;
const MICROSECONDS = 1_000_000;
const ROUNDING_S = 0.00001; // browsers count microseconds, which frames are not whole numbers of
const MIN_MISSING_S = 0.15; // the sound of a part may end that much before its picture, and goes on in the next part

const Source = globalThis.ManagedMediaSource ?? globalThis.MediaSource;

export const canPlayGrowing = Source !== undefined;

/**
 * Reads a playlist of the gateway.
 *
 * @param {string} text
 * @param {string} base - its own address.
 * @returns {{parts: object[], complete: boolean}} the parts in order, with their times in seconds.
 */
export function readPlaylist(text, base) {
  const parts = [];
  let scene = null;
  let end = 0; // microseconds, so that sums are exact
  let length = 0;
  let range = [];
  for (const line of text.split("\n")) {
    const [, tag, value] = line.match(/^(#[A-Z-]+):?(.*)$/) ?? [];
    if (tag === "#EXT-X-MAP") {
      const [, url, bytes] = value.match(/^URI="(.*)",BYTERANGE="(\d+)@0"$/);
      scene = { url: new URL(url, base).href, bytes: Number(bytes), start: end / MICROSECONDS, end: 0 };
    } else if (tag === "#EXTINF") {
      length = Math.round(parseFloat(value) * MICROSECONDS);
    } else if (tag === "#EXT-X-BYTERANGE") {
      range = value.split("@").map(Number);
    } else if (line && !tag) {
      const start = end / MICROSECONDS;
      end += length;
      scene.end = end / MICROSECONDS;
      parts.push({ scene, start, end: scene.end, bytes: range[0], offset: range[1] });
    }
  }
  return { parts, complete: /^#EXT-X-ENDLIST$/m.test(text) };
}

export class GrowingVideo {
  #parts = [];
  #complete = false;
  #buffer = null;
  #scene = null;
  #busy = false;
  #closed = new AbortController();
  #source = new Source();

  /**
   * @param {HTMLVideoElement} video
   * @param {string} url - of the playlist.
   * @param {(error: Error) => void} onError - called when the scenes cannot be loaded or played.
   */
  constructor(video, url, onError) {
    Object.assign(this, { video, url, onError });
    const { signal } = this.#closed;
    const address = URL.createObjectURL(this.#source);
    video.disableRemotePlayback = true; // Safari's condition for its media source
    video.src = address;
    this.#source.addEventListener("sourceopen", () => { URL.revokeObjectURL(address); this.refresh(); }, { once: true, signal });
    for (const event of ["timeupdate", "seeking", "waiting"]) video.addEventListener(event, () => this.#load(), { signal });
  }

  /** Reads the playlist again. Call it when a scene is ready. */
  async refresh() {
    await this.#guard(async () => {
      const answer = await this.#fetch(this.url);
      const { parts, complete } = readPlaylist(await answer.text(), answer.url);
      if (parts.length < this.#parts.length) return; // an earlier answer that came late
      this.#parts = parts.map((part, place) => this.#parts[place] ?? part);
      this.#complete = complete;
    });
    await this.#load();
  }

  close() {
    this.#closed.abort();
  }

  async #guard(work) {
    try {
      await work();
    } catch (error) {
      if (!this.#closed.signal.aborted) this.onError(error);
    }
  }

  /** Loads what is missing from the place on that plays. */
  async #load() {
    if (this.#busy || this.#source.readyState === "closed") return;
    this.#busy = true;
    await this.#guard(async () => {
      for (let part = this.#missing(); part; part = this.#missing()) if (!(await this.#append(part))) return;
      this.#setLength();
    });
    this.#busy = false;
  }

  #missing() {
    const now = this.video.currentTime;
    return this.#parts.find((part) => part.end > now && part.start < now + AHEAD_S && !this.#has(part));
  }

  #has({ start, end }) {
    const slack = Math.min(MIN_MISSING_S, (end - start) / 2);
    const { buffered } = this.#buffer ?? { buffered: [] };
    for (let at = 0; at < buffered.length; at += 1) if (buffered.start(at) <= start + slack && buffered.end(at) >= end - slack) return true;
    return false;
  }

  /** Returns false if the buffer is full. */
  async #append(part) {
    const { scene } = part;
    if (scene !== this.#scene) {
      const init = await this.#fetch(scene.url, 0, scene.bytes);
      this.#buffer ??= this.#source.addSourceBuffer(init.headers.get("Content-Type"));
      await this.#update((buffer) => {
        buffer.appendWindowEnd = Infinity; // the start must never be above it
        buffer.appendWindowStart = scene.start;
        buffer.appendWindowEnd = scene.end + ROUNDING_S;
        buffer.timestampOffset = scene.start;
        buffer.appendBuffer(init.content);
      });
      this.#scene = scene;
    }
    const { content } = await this.#fetch(scene.url, part.offset, part.bytes);
    const old = this.video.currentTime - BEHIND_S;
    if (this.#buffer.buffered.length && this.#buffer.buffered.start(0) < old) await this.#update((buffer) => buffer.remove(0, old));
    try {
      await this.#update((buffer) => buffer.appendBuffer(content));
    } catch (error) {
      if (error.name === "QuotaExceededError") return false;
      throw error;
    }
    this.#setLength();
    if (!this.#has(part) && this.#missing() === part) throw new Error(`${scene.url} does not play from ${part.start} s`);
    return true;
  }

  /** Tells the player how long the video is so far, or that it has all of it. */
  #setLength() {
    const last = this.#parts.at(-1);
    if (!last || !this.#buffer || this.#source.readyState !== "open") return;
    if (this.#complete && this.#has(last)) this.#source.endOfStream();
    else if (this.#source.duration !== last.end) this.#source.duration = last.end;
  }

  #update(change) {
    const buffer = this.#buffer;
    const done = new AbortController();
    return new Promise((resolve, reject) => {
      buffer.addEventListener("updateend", resolve, { signal: done.signal });
      buffer.addEventListener("error", () => reject(new Error(`the browser cannot play ${this.url}`)), { signal: done.signal });
      change(buffer);
    }).finally(() => done.abort());
  }

  async #fetch(url, offset, bytes) {
    const headers = bytes === undefined ? {} : { Range: `bytes=${offset}-${offset + bytes - 1}` };
    const answer = await fetch(url, { headers, signal: this.#closed.signal });
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
    if (bytes === undefined) return answer;
    return { headers: answer.headers, content: await answer.arrayBuffer() };
  }
}
