/** What the form has, kept in the browser until it is ordered. */

const KEY = "scenewire.order";

/** The choice of a file in place of a mood. */
export const OWN_MUSIC = "own file";

const EMPTY = {
  source: "topic",
  topic: "",
  text: "",
  title: "",
  language: "",
  voice: "",
  speed: 1,
  seconds: null,
  shape: "landscape",
  theme: "atlas",
  captions: "",
  mood: "",
  music: [],
  footage: [],
  media: [],
  approve: false,
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
      music: this.#music(),
      media: this.media.length
        ? this.media.map(({ file, title, scene }) => ({ file, title, ...(scene ? { scene_number: scene } : {}) }))
        : null,
    };
    const order = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== "" && value !== null));
    return { ...order, look: this.#look(), approve: this.approve };
  }

  #music() {
    if (this.mood !== OWN_MUSIC) return this.mood ? { mood: this.mood } : null;
    const [chosen] = this.music;
    return chosen ? { file: chosen.file, title: chosen.title } : null;
  }

  #look() {
    const { width, height } = this.size;
    const captions =
      this.captions === "none" ? { captions: false } : this.captions ? { caption_style: this.captions } : {};
    return { width, height, theme: this.theme, ...captions };
  }
}
