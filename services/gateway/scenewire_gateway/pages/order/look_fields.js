/** Shape, theme and captions, as small pictures drawn by the style sheet. */

import { el } from "/pages/dom.js";
import { words } from "/pages/words.js";
import { group, pick } from "/pages/order/fields.js";

export function lookFields(state, offered) {
  const shapes = offered.shapes;
  state.size = shapes[state.shape];
  return group(
    words.look,
    pick(
      words.shape,
      Object.keys(shapes).map((name) => ({
        value: name,
        content: [el("span", { class: `shape ${name}` }), words.shapes[name] ?? name],
      })),
      {
        chosen: state.shape,
        look: "tiles",
        path: "look look.width look.height",
        onChosen: (shape) => {
          state.shape = shape;
          state.size = shapes[shape];
        },
      },
    ),
    pick(
      words.theme,
      offered.themes.map((name) => ({ value: name, content: theme(name) })),
      { chosen: state.theme, onChosen: (name) => (state.theme = name), look: "tiles themes", path: "look.theme" },
    ),
    pick(
      words.captions,
      ["", ...offered.caption_styles, "none"].map((name) => ({
        value: name,
        content: words.captionStyles[name] ?? name,
      })),
      { chosen: state.captions, onChosen: (name) => (state.captions = name), path: "look.caption_style" },
    ),
  );
}

/** A swatch in the theme's own colours. */
function theme(name) {
  const [title, use] = words.themes[name] ?? [name, ""];
  return [
    el(
      "span",
      { class: `swatch ${name}`, "aria-hidden": "true" },
      el("span", { class: "swatch-number" }, "42"),
      el("span", { class: "swatch-line" }),
    ),
    el("strong", {}, title),
    el("span", { class: "muted block" }, use),
  ];
}
