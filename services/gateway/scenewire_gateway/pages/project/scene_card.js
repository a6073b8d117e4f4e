/** One scene in the list. */

import { el, fill, outsideLink, setText } from "/pages/dom.js";
import * as format from "/pages/format.js";
import { icon, picture } from "/pages/icons.js";
import { ListenButton } from "/pages/parts/listen.js";
import { stageName } from "/pages/parts/state.js";
import { SceneEditor } from "/pages/project/scene_editor.js";
import { words } from "/pages/words.js";

export class SceneCard {
  #shown = "";
  #editor = null;

  constructor(key, page, sound) {
    Object.assign(this, { key, page, sound, scene: null });
    this.picture = el("button", {
      class: "scene-picture",
      type: "button",
      on: { click: () => this.scene && page.player.seekScene(this.scene.number) },
    });
    this.state = el("span", { class: "scene-state" });
    this.body = el("div", { class: "scene-body" });
    this.slot = el("div", { class: "scene-editor" });
    this.node = el("li", { class: "scene" }, this.picture, this.body, this.slot);
  }

  update(scene, { canEdit, isFirst, isLast }) {
    const { draft } = this.page;
    this.scene = scene ?? null;
    this.#editor?.update(scene, { isFirst, isLast });
    const shown = JSON.stringify([
      scene,
      canEdit,
      draft.of(this.key),
      draft.isDropped(this.key),
      scene && draft.meanwhile(scene),
    ]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.node.classList.toggle("changed", !this.page.version && draft.isChanged(this.key));
    this.node.classList.toggle("dropped", !this.page.version && draft.isDropped(this.key));
    this.node.dataset.state = scene?.state ?? "new";
    this.#drawPicture(scene);
    this.#drawBody(scene, canEdit);
  }

  /** Shows how far a stage is with this scene; the next update replaces it. */
  progress({ stage, fraction, detail }) {
    const share = fraction === null || fraction === undefined ? "" : format.percent(fraction * 100);
    setText(this.state, [detail || stageName(stage), share].filter(Boolean).join(" · "));
  }

  openEditor() {
    if (this.#editor) return this.#editor.focus();
    this.#editor = new SceneEditor(this.key, this.page, () => this.closeEditor({ focus: true }));
    this.#editor.update(this.scene, {
      isFirst: !this.node.previousElementSibling,
      isLast: !this.node.nextElementSibling,
    });
    fill(this.slot, this.#editor.node);
    this.node.classList.add("editing");
    return this.#editor.focus();
  }

  closeEditor({ focus }) {
    if (!this.#editor) return;
    this.#editor = null;
    fill(this.slot);
    this.node.classList.remove("editing");
    if (focus) this.body.querySelector(".edit")?.focus();
  }

  #drawPicture(scene) {
    const label = scene ? words.playScene(scene.number) : words.newScene;
    this.picture.setAttribute("aria-label", label);
    this.picture.disabled = !scene?.narration_url;
    const name = scene?.picture === "design" ? "edit" : "image";
    const drawing = scene?.picture_url ? picture(scene.picture_url, name) : icon(name);
    fill(this.picture, drawing, scene?.duration && el("span", { class: "time" }, format.clock(scene.duration)));
  }

  #drawBody(scene, canEdit) {
    const { draft } = this.page;
    const text = (!this.page.version && draft.of(this.key).text) ?? scene?.text ?? "";
    setText(this.state, scene ? stateText(scene) : words.newScene);
    fill(
      this.body,
      scene?.section && el("p", { class: "scene-section" }, scene.section),
      el(
        "div",
        { class: "scene-head" },
        el("h3", {}, scene ? words.scene(scene.number) : words.newScene),
        scene?.start != null && el("span", { class: "time" }, format.clock(scene.start)),
        this.state,
      ),
      el("p", { class: "scene-text" }, text || scene?.text || ""),
      scene &&
        draft.meanwhile(scene) &&
        !this.page.version &&
        el("p", { class: "meanwhile" }, words.changedMeanwhile, " ", el("q", {}, draft.meanwhile(scene))),
      scene && credit(scene),
      scene?.notes.length > 0 &&
        el(
          "ul",
          { class: "scene-notes" },
          scene.notes.map((note) => el("li", {}, note)),
        ),
      this.#tools(scene, canEdit),
    );
  }

  #tools(scene, canEdit) {
    if (this.page.draft.isDropped(this.key) && canEdit) {
      return el(
        "div",
        { class: "scene-tools" },
        el("span", { class: "muted" }, words.leftOut),
        el(
          "button",
          { class: "button quiet", type: "button", on: { click: () => this.page.draft.restore(this.key) } },
          icon("undo"),
          words.restore,
        ),
      );
    }
    const name = scene ? words.scene(scene.number) : words.newScene;
    return el(
      "div",
      { class: "scene-tools" },
      scene?.narration_url && new ListenButton(this.sound, scene.narration_url, words.listenTo(name)).node,
      canEdit &&
        el(
          "button",
          {
            class: "button quiet edit",
            type: "button",
            "aria-label": words.editNamed(name),
            on: { click: () => this.openEditor() },
          },
          icon("edit"),
          words.edit,
        ),
    );
  }
}

function stateText({ state, attempts }) {
  const text = words.sceneStates[state];
  return attempts > 1 ? `${text} · ${words.attempts(attempts)}` : text;
}

/** What the scene shows: its clips with their credits, or its design and why it has one. */
function credit({ clips, design, picture, fallback, reason }) {
  if (clips.length) {
    const lines = clips.map(({ title, creator, licence, source_url: address }) => [
      outsideLink(title || words.untitled, address),
      ...[creator, licence].filter(Boolean).map((part) => ` · ${part}`),
    ]);
    return el(
      "p",
      { class: "scene-credit" },
      icon("film"),
      el(
        "span",
        {},
        lines.flatMap((line, place) => (place ? ["; ", ...line] : line)),
      ),
    );
  }
  if (picture !== "design" && !fallback) return null;
  const text = design ? (words.designs[design] ?? design) : words.background;
  return el("p", { class: "scene-credit", title: fallback ? reason : "" }, icon("edit"), el("span", {}, text));
}
