/** The list of scenes, in the order that the draft gives them. */

import { arrange, el, fill } from "/pages/dom.js";
import { OptionsEditor } from "/pages/project/options_editor.js";
import { SceneCard } from "/pages/project/scene_card.js";
import { words } from "/pages/words.js";

export class Scenes {
  #cards = new Map();
  #draft = null;

  constructor(page) {
    this.page = page;
    this.sound = new Audio();
    this.sound.preload = "none";
    this.options = new OptionsEditor(page);
    this.list = el("ol", { class: "scenes" });
    this.empty = el("p", { class: "muted" });
    this.node = el(
      "div",
      {},
      el("h2", { class: "unseen" }, words.tabs.scenes),
      this.options.node,
      this.list,
      this.empty,
    );
  }

  update({ draft, storyboard, project, version }) {
    if (draft !== this.#draft) {
      this.#draft = draft;
      draft.addEventListener("change", () => this.update(this.page));
    }
    this.canEdit = Boolean(storyboard?.editable) && !version && this.page.caller.scope !== "read";
    const scenes = new Map((storyboard?.scenes ?? []).map((scene) => [scene.id, scene]));
    const keys = version ? [...scenes.keys()] : draft.sequence.filter((key) => scenes.has(key) || draft.isAdded(key));
    arrange(
      this.list,
      keys.map((key, place) => ({ key, node: this.#card(key, scenes.get(key), place, keys.length).node })),
    );
    for (const key of this.#cards.keys()) if (!keys.includes(key)) this.#cards.delete(key);
    this.empty.hidden = keys.length > 0;
    fill(this.empty, project.state === "failed" ? words.noScenes : words.scenesLater);
    this.options.update(this.page, this.canEdit);
    this.#goToAsked(storyboard);
  }

  #card(key, scene, place, count) {
    const card = this.#cards.get(key) ?? new SceneCard(key, this.page, this.sound);
    this.#cards.set(key, card);
    card.update(scene, { canEdit: this.canEdit, isFirst: place === 0, isLast: place === count - 1 });
    return card;
  }

  /** A link of the search names a scene. */
  #goToAsked(storyboard) {
    const asked = Number(this.page.place.query.get("scene"));
    if (!asked || !storyboard) return;
    this.page.place.set({ scene: null });
    const card = this.#byNumber(asked);
    if (card) requestAnimationFrame(() => card.node.scrollIntoView({ block: "center" }));
  }

  #byNumber(number) {
    return [...this.#cards.values()].find((card) => card.scene?.number === number);
  }

  markPlaying(number) {
    for (const card of this.#cards.values()) card.node.classList.toggle("playing", card.scene?.number === number);
  }

  progress(number, progress) {
    this.#byNumber(number)?.progress(progress);
  }

  /** Opens the editor of a scene, by its number. */
  edit(number) {
    if (this.canEdit) this.#byNumber(number)?.openEditor();
  }

  /** Opens the editor of a scene that was just added. */
  editKey(key) {
    this.#cards.get(key)?.openEditor();
  }

  closeEditors() {
    for (const card of this.#cards.values()) card.closeEditor({ focus: false });
  }

  close() {
    this.sound.pause();
  }
}
