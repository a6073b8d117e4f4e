/** Footage to search, and files of one's own. */

import { el } from "/pages/dom.js";
import { Uploads } from "/pages/parts/uploads.js";
import { words } from "/pages/words.js";
import { choiceSet, group } from "/pages/order/fields.js";

/** Stands for several of the others. */
const OPEN_ARCHIVES = "open";

export function mediaFields(state, offered) {
  const names = [...offered.footage].sort((one, other) => (other === OPEN_ARCHIVES) - (one === OPEN_ARCHIVES));
  const uploads = new Uploads({
    accept: "video/*,image/*",
    files: state.media,
    onChange: () => (state.media = uploads.files),
    more: (entry) => sceneField(entry, () => (state.media = uploads.files)),
  });
  return group(
    words.footage,
    names.length > 0 &&
      choiceSet(
        words.searchIn,
        names.map((name) => provider(state, name)),
        { path: "footage_providers", hint: words.searchInMore },
      ),
    el(
      "div",
      { class: "field", data: { field: "media" } },
      el("p", { class: "label" }, words.ownMedia),
      el("p", { class: "hint" }, words.ownMediaMore),
      uploads.node,
    ),
  );
}

function provider(state, name) {
  const box = el("input", {
    type: "checkbox",
    value: name,
    checked: state.footage.includes(name),
    on: { change: () => toggle() },
  });
  function toggle() {
    state.footage = box.checked ? [...state.footage, name] : state.footage.filter((other) => other !== name);
  }
  return el("label", { class: "chip" }, box, el("span", {}, words.archives[name] ?? name));
}

function sceneField(entry, onChange) {
  const input = el("input", {
    type: "number",
    min: 1,
    max: 1000,
    value: entry.scene ?? "",
    placeholder: words.anyScene,
    "aria-label": words.sceneFor(entry.title),
    on: {
      change: () => {
        entry.scene = input.value ? Number(input.value) : undefined;
        onChange();
      },
    },
  });
  return input;
}
