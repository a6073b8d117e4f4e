/** Groups and choices that the parts of the form share. */

import { el, freshId } from "/pages/dom.js";

/** A part of the form with its heading. */
export function group(title, ...children) {
  const id = freshId("group");
  return el("section", { class: "group", "aria-labelledby": id }, el("h2", { id }, title), children);
}

/** A field with its label. `path` is its place in the order. */
export function field(label, control, path, ...more) {
  control.id ||= freshId("field");
  return el("div", { class: "field", data: { field: path } }, el("label", { for: control.id }, label), control, more);
}

/** Choices that belong together, with what there is to know about them. */
export function choiceSet(label, choices, { path, look = "chips", hint = "" }) {
  const id = freshId("hint");
  const attributes = { class: look, data: { field: path }, "aria-describedby": hint ? id : null };
  return el("fieldset", attributes, el("legend", {}, label), choices, hint && el("p", { class: "hint", id }, hint));
}

/**
 * One of a few, as pictures or words.
 *
 * @param {string} label
 * @param {Array<{value: string, content: Node|string|Array}>} options
 */
export function pick(label, options, { chosen, onChosen, path, look = "chips", hint = "" }) {
  const name = freshId("pick");
  const choices = options.map(({ value, content }) => {
    const input = el("input", {
      type: "radio",
      name,
      value,
      checked: value === chosen,
      on: { change: () => onChosen(value) },
    });
    return el("label", { class: look === "chips" ? "chip" : "tile" }, input, el("span", {}, content));
  });
  return choiceSet(label, choices, { path, look, hint });
}
