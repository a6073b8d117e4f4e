/** Lists the shortcuts of one key, with their switch. */

import { el } from "/pages/dom.js";
import { showDialog } from "/pages/parts/dialog.js";
import { prefer, preference } from "/pages/preferences.js";
import { words } from "/pages/words.js";

/** Shows all shortcuts and their switch. */
export function showKeys() {
  const rows = words.keys.map(([keys, meaning]) =>
    el(
      "div",
      {},
      el(
        "dt",
        {},
        keys.split(" ").map((key) => [el("kbd", {}, key), " "]),
      ),
      el("dd", {}, meaning),
    ),
  );
  const box = el("input", {
    type: "checkbox",
    checked: preference("keys") !== false,
    on: { change: () => prefer("keys", box.checked) },
  });
  showDialog(words.keyboard, el("dl", { class: "keys" }, rows), el("label", { class: "check" }, box, words.useKeys));
}
