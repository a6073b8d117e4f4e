/** What a scene shows: the footage that it has, another clip that was found, a file, a new search, or a design. */

import { el, freshId } from "/pages/dom.js";
import * as format from "/pages/format.js";
import { Uploads } from "/pages/parts/uploads.js";
import { words } from "/pages/words.js";

const KEPT = { picture: undefined, media: undefined, footage_query: undefined };

export class PictureChoice {
  constructor(scene, draft) {
    Object.assign(this, { scene, draft });
    this.group = freshId("picture");
    this.node = el("fieldset", { class: "picture-choice" }, el("legend", {}, words.picture), this.#ways());
  }

  get #changes() {
    return this.draft.of(this.scene.id);
  }

  #set(fields) {
    this.draft.change(this.scene.id, { ...KEPT, ...fields });
  }

  #ways() {
    const { scene } = this;
    const isDesigned = scene.picture === "design";
    return [
      this.#way("keep", isDesigned ? words.keepDesign : words.keepFootage, () => this.#set({})),
      scene.candidates.length > 0 && this.#way("candidate", words.anotherClip, () => {}, this.#candidates()),
      this.#way("search", words.searchFor, () => this.#search(), this.#searchField()),
      this.#way("file", words.ownFile, () => this.#setFiles(), this.#files()),
      !isDesigned && this.#way("design", words.showDesign, () => this.#set({ picture: "design" })),
    ];
  }

  /** The way that the draft has taken. */
  get #taken() {
    const { picture, media, footage_query: query } = this.#changes;
    if (picture === "design") return "design";
    if (query !== undefined) return "search";
    if (media?.length) return media[0].file ? "file" : "candidate";
    return "keep";
  }

  #way(name, text, onTaken, more = null) {
    const input = el("input", {
      type: "radio",
      name: this.group,
      value: name,
      checked: this.#taken === name,
      on: { change: onTaken },
    });
    return el(
      "div",
      { class: "way" },
      el("label", { class: "check" }, input, text),
      more && el("div", { class: "way-more" }, more),
    );
  }

  #candidates() {
    const name = freshId("candidate");
    const chosen = this.#changes.media?.[0]?.id;
    return el(
      "ul",
      { class: "candidates" },
      this.scene.candidates.map((clip) => {
        const input = el("input", {
          type: "radio",
          name,
          checked: clip.source_id === chosen,
          on: {
            change: () => this.#set({ picture: "footage", media: [{ provider: clip.provider, id: clip.source_id }] }),
          },
        });
        const facts = [
          words.kinds[clip.kind],
          clip.duration ? format.clock(clip.duration) : "",
          clip.creator,
          clip.licence,
          clip.provider,
        ]
          .filter(Boolean)
          .join(" · ");
        return el(
          "li",
          {},
          el(
            "label",
            { class: "check" },
            input,
            el(
              "span",
              {},
              clip.title,
              clip.chosen && el("em", {}, ` ${words.nowShown}`),
              el("span", { class: "muted block" }, facts, clip.reason && ` · ${clip.reason}`),
            ),
          ),
        );
      }),
    );
  }

  #searchField() {
    this.query = el("input", {
      type: "text",
      "aria-label": words.searchFor,
      value: this.#changes.footage_query ?? "",
      placeholder: words.searchExample,
      on: { input: () => this.#search() },
    });
    return this.query;
  }

  #search() {
    if (this.query.value.trim()) this.#set({ picture: "footage", footage_query: this.query.value.trim(), media: [] });
  }

  #files() {
    this.uploads = new Uploads({
      accept: "video/*,image/*",
      files: (this.#changes.media ?? []).filter(({ file }) => file),
      onChange: () => this.#setFiles(),
    });
    return this.uploads.node;
  }

  #setFiles() {
    const { files } = this.uploads;
    if (files.length) this.#set({ picture: "footage", media: files.map(({ file, title }) => ({ file, title })) });
  }
}
