/** Shortcuts of one key. They can be switched off, because speech input types letters. */

import { preference } from "/pages/preferences.js";
import { Router } from "/pages/router.js";

const EVERYWHERE = {
  b: () => Router.go("#/"),
  n: () => Router.go("#/new"),
  "/": () => Router.go("#/search"),
  "?": async () => (await import("/pages/keys_dialog.js")).showKeys(),
};
let ofView = {};

/** Sets the shortcuts of the view that shows; returns a function that removes them. */
export function useKeys(keys) {
  ofView = keys;
  return () => {
    if (ofView === keys) ofView = {};
  };
}

/** Starts to listen. */
export function listen() {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || preference("keys") === false || isTyping(event.target))
      return;
    const action = ofView[event.key] ?? EVERYWHERE[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function isTyping(target) {
  return target.closest("input, textarea, select, dialog, [contenteditable]") !== null;
}
