/** Icons as strokes on a grid of 20, drawn in the colour of the text. */

import { el, svg } from "/pages/dom.js";

const PATHS = {
  plus: "M10 4v12M4 10h12",
  search: "M9 15a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM13.5 13.5 17 17",
  pause: "M7 4v12M13 4v12",
  check: "m4 10.5 4 4 8-9",
  warning: "M10 3 2.5 16.5h15zM10 8v4M10 14.4v.2",
  clock: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM10 6v4.3l2.8 1.7",
  question: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM7.8 8a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.6M10 14v.2",
  stop: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM7 10h6",
  up: "M10 16V4M5 9l5-5 5 5",
  down: "M10 4v12M5 11l5 5 5-5",
  trash: "M4 6h12M8 6V4h4v2M5.5 6l.8 10h7.4l.8-10M8.5 9v4.5M11.5 9v4.5",
  edit: "m4 16 .8-3.4L13.2 4.2a1.4 1.4 0 0 1 2 0l.6.6a1.4 1.4 0 0 1 0 2L7.4 15.2zM12 5.5l2.5 2.5",
  undo: "M4 8h8a4 4 0 0 1 0 8H8M7 5 4 8l3 3",
  sound: "M4 8v4h2.5L10 15V5L6.5 8zM13 7.5a3.5 3.5 0 0 1 0 5M15.2 5.2a6.8 6.8 0 0 1 0 9.6",
  film: "M3 4.5h14v11H3zM6.5 4.5v11M13.5 4.5v11M3 10h3.5M13.5 10H17",
  image: "M3 4.5h14v11H3zM3 13l4-4 4 4 2.5-2.5L17 14M12.5 8v.2",
  download: "M10 3v9M6 8.5l4 4 4-4M4 16.5h12",
  close: "m5 5 10 10M15 5 5 15",
  wire: "M2 10h16M5 6.5h3v7H5zM12 6.5h3v7h-3z",
};

/** Creates an icon that screen readers skip. */
export function icon(name) {
  const drawing = { viewBox: "0 0 20 20", class: `icon icon-${name}`, "aria-hidden": "true", focusable: "false" };
  return svg("svg", drawing, svg("path", { d: PATHS[name] }));
}

/** Creates a picture that adds nothing to the text beside it. An icon takes its place if it can't be loaded. */
export function picture(address, name) {
  const image = el("img", {
    src: address,
    alt: "",
    loading: "lazy",
    decoding: "async",
    on: { error: () => image.replaceWith(icon(name)) },
  });
  return image;
}
