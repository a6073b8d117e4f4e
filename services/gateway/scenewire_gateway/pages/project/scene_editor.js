/** The form for one scene. Every change goes into the draft at once; nothing is sent from here. */

import { choices } from "/pages/api.js";
import { announce, el, fill, freshId } from "/pages/dom.js";
import { icon } from "/pages/icons.js";
import { fillVoices } from "/pages/parts/voices.js";
import { PictureChoice } from "/pages/project/picture_choice.js";
import { words } from "/pages/words.js";

export class SceneEditor {
  constructor(key, page, onDone) {
    Object.assign(this, { key, page, onDone, scene: null });
    const { draft } = page;
    const ids = { text: freshId("text"), voice: freshId("voice"), pause: freshId("pause") };
    this.text = el("textarea", {
      id: ids.text,
      rows: 3,
      on: { input: () => draft.change(key, { text: this.text.value }) },
    });
    this.voice = el("select", {
      id: ids.voice,
      on: { change: () => draft.change(key, { voice: this.voice.value || this.#unchosenVoice }) },
    });
    this.pause = el("input", {
      id: ids.pause,
      type: "number",
      min: 0,
      max: 10,
      step: 0.1,
      on: { change: () => draft.change(key, { pause: Number(this.pause.value) }) },
    });
    this.pictureSlot = el("div");
    this.up = this.#tool("up", words.moveUp, () => this.#move(-1));
    this.down = this.#tool("down", words.moveDown, () => this.#move(1));
    this.node = el(
      "div",
      {
        class: "editor",
        role: "group",
        "aria-label": words.edit,
        on: { keydown: (event) => event.key === "Escape" && onDone() },
      },
      el("div", { class: "field" }, el("label", { for: ids.text }, words.narration), this.text),
      this.pictureSlot,
      el(
        "div",
        { class: "field-row" },
        el("div", { class: "field" }, el("label", { for: ids.voice }, words.voice), this.voice),
        el("div", { class: "field short" }, el("label", { for: ids.pause }, words.pauseAfter), this.pause),
      ),
      el(
        "div",
        { class: "editor-tools" },
        this.up,
        this.down,
        this.#tool("plus", words.addScene, () => this.#add()),
        this.#tool("trash", words.leaveOut, () => (onDone(), draft.drop(key))),
        el("button", { class: "button done", type: "button", on: { click: onDone } }, words.done),
      ),
    );
    this.isFilled = false;
  }

  /** An added scene has no voice of its own unless one is chosen; a scene that has one goes back to the video's. */
  get #unchosenVoice() {
    return this.scene?.voice ? null : undefined;
  }

  update(scene, { isFirst, isLast }) {
    this.scene = scene ?? null;
    this.up.disabled = isFirst;
    this.down.disabled = isLast;
    if (this.isFilled) return; // what is typed stays
    this.isFilled = true;
    const changes = this.page.draft.of(this.key);
    this.text.value = changes.text ?? scene?.text ?? "";
    this.pause.value = changes.pause ?? scene?.pause ?? 0;
    this.pause.closest(".field").hidden = !scene; // added scenes have a text and a voice
    if (scene) fill(this.pictureSlot, new PictureChoice(scene, this.page.draft).node);
    this.#fillVoice(changes.voice ?? scene?.voice ?? "");
  }

  focus() {
    this.text.focus();
  }

  async #fillVoice(chosen) {
    const voices = await choices().then(
      (offered) => offered.voices,
      () => [],
    ); // the chosen one can still be kept
    fillVoices(this.voice, voices, {
      chosen,
      language: this.page.storyboard.options?.language,
      unchosen: words.voiceOfVideo,
    });
  }

  #move(places) {
    const { draft } = this.page;
    draft.move(this.key, places);
    announce(words.isNow(draft.sequence.indexOf(this.key) + 1, draft.sequence.length));
    if (document.activeElement.disabled) (this.up.disabled ? this.down : this.up).focus();
  }

  #add() {
    this.onDone();
    this.page.scenes.editKey(this.page.draft.add(this.key));
  }

  #tool(drawing, text, action) {
    return el("button", { class: "button quiet", type: "button", on: { click: action } }, icon(drawing), text);
  }
}
