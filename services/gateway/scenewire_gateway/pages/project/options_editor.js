/** Voice, theme, speed and music of the whole video. */

import { choices } from "/pages/api.js";
import { el, fill } from "/pages/dom.js";
import { problemNotice } from "/pages/parts/notice.js";
import { fillVoices } from "/pages/parts/voices.js";
import { words } from "/pages/words.js";

export class OptionsEditor {
  #shown = "";

  constructor(page) {
    this.page = page;
    this.fields = el("div", { class: "field-row" });
    this.node = el(
      "details",
      { class: "options-editor", hidden: true, on: { toggle: () => this.#draw() } },
      el("summary", {}, words.wholeVideo),
      this.fields,
    );
  }

  update({ storyboard, draft }, canEdit) {
    this.node.hidden = !canEdit;
    const isUntouched = Object.keys(draft.state.options).length === 0;
    const shown = `${storyboard?.revision} ${isUntouched}`;
    if (!canEdit || shown === this.#shown) return;
    this.#shown = shown;
    if (isUntouched) this.#draw(); // what is chosen stays
  }

  async #draw() {
    if (!this.node.open) return;
    try {
      this.#fill(this.page.storyboard.options, this.page.draft, await choices());
    } catch (problem) {
      fill(this.fields, problemNotice(problem));
    }
  }

  #fill(options, draft, { voices, themes, moods = [] }) {
    const chosen = { ...options, ...draft.state.options };
    const presentTheme = draft.state.options.look?.theme ?? options.look.theme;
    const voice = this.#select("voice", words.voice, (value) =>
      draft.option("voice", value === (options.voice ?? "") ? undefined : value || null),
    );
    fillVoices(voice.select, voices, {
      chosen: chosen.voice ?? "",
      language: options.language,
      unchosen: words.defaultVoice,
    });
    const theme = this.#select("theme", words.theme, (value) =>
      draft.option("look", value === options.look.theme ? undefined : { theme: value }),
    );
    fill(
      theme.select,
      themes.map((name) =>
        el("option", { value: name, selected: name === presentTheme }, words.themes[name]?.[0] ?? name),
      ),
    );
    const speed = el("input", {
      type: "number",
      id: "edit-speed",
      min: 0.5,
      max: 2,
      step: 0.05,
      value: chosen.speed ?? 1,
      on: {
        change: () =>
          draft.option("speed", Number(speed.value) === (options.speed ?? 1) ? undefined : Number(speed.value)),
      },
    });
    const music = this.#select("music", words.music, (value) =>
      draft.option("music", value === "keep" ? undefined : value ? { mood: value } : null),
    );
    const keep = el("option", { value: "keep", selected: !("music" in draft.state.options) }, words.keepMusic);
    fill(
      music.select,
      keep,
      [["", words.noMusic], ...moods.map((mood) => [mood, words.moods[mood] ?? mood])].map(([value, text]) =>
        el(
          "option",
          { value, selected: "music" in draft.state.options && value === (draft.state.options.music?.mood ?? "") },
          text,
        ),
      ),
    );
    fill(
      this.fields,
      voice.node,
      theme.node,
      el("div", { class: "field short" }, el("label", { for: "edit-speed" }, words.speed), speed),
      music.node,
    );
  }

  #select(name, label, onChosen) {
    const select = el("select", { id: `edit-${name}`, on: { change: () => onChosen(select.value) } });
    return { select, node: el("div", { class: "field" }, el("label", { for: select.id }, label), select) };
  }
}
