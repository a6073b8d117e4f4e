/** What the form has, kept in the browser until it is ordered. */

const KEY = "scenewire.order";
const EMPTY = {
  source: "topic", topic: "", text: "", title: "", language: "", voice: "", speed: 1, seconds: null,
  shape: "landscape", theme: "atlas", captions: "", mood: "", footage: [], media: [], approve: false,
};

export class OrderState {
  constructor() {
    const kept = { ...EMPTY, ...JSON.parse(sessionStorage.getItem(KEY) ?? "{}") };
    for (const name of Object.keys(EMPTY)) {
      Object.defineProperty(this, name, {
        get: () => kept[name],
        set: (value) => {
          kept[name] = value;
          sessionStorage.setItem(KEY, JSON.stringify(kept));
        },
      });
    }
  }

  forget() {
    sessionStorage.removeItem(KEY);
  }

  /** Returns the order: only what differs from what the gateway takes anyway. */
  order() {
    const isTopic = this.source === "topic";
    const given = {
      topic: isTopic ? this.topic.trim() : "",
      text: isTopic ? "" : this.text,
      title: this.title.trim(),
      language: this.language,
      voice: this.voice,
      speed: this.speed === 1 ? null : this.speed,
      target_duration: this.seconds,
      footage_providers: this.footage.length ? this.footage : null,
      music: this.mood ? { mood: this.mood } : null,
      media: this.media.length ? this.media.map(({ file, title, scene }) => ({ file, title, ...(scene ? { scene_number: scene } : {}) })) : null,
    };
    const order = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== "" && value !== null));
    return { ...order, look: this.#look(), approve: this.approve };
  }

  #look() {
    const [width, height] = this.size;
    const captions = this.captions === "none" ? { captions: false } : this.captions ? { caption_style: this.captions } : {};
    return { width, height, theme: this.theme, ...captions };
  }
}
