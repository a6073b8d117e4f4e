/** Shortcuts of one key. They can be switched off, because speech input types letters. */

import { el } from "/pages/dom.js";
import { showDialog } from "/pages/parts/dialog.js";
import { prefer, preference } from "/pages/preferences.js";
import { Router } from "/pages/router.js";
import { words } from "/pages/words.js";

const EVERYWHERE = { b: () => Router.go("#/"), n: () => Router.go("#/new"), "/": () => Router.go("#/search"), "?": () => showKeys() };
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
    if (event.ctrlKey || event.metaKey || event.altKey || preference("keys") === false || isTyping(event.target)) return;
    const action = ofView[event.key] ?? EVERYWHERE[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function isTyping(target) {
  return target.closest("input, textarea, select, dialog, [contenteditable]") !== null;
}

/** Shows all shortcuts and their switch. */
export function showKeys() {
  const rows = words.keys.map(([keys, meaning]) => el("div", {}, el("dt", {}, keys.split(" ").map((key) => [el("kbd", {}, key), " "])), el("dd", {}, meaning)));
  const box = el("input", { type: "checkbox", checked: preference("keys") !== false, on: { change: () => prefer("keys", box.checked) } });
  showDialog(words.keyboard, el("dl", { class: "keys" }, rows), el("label", { class: "check" }, box, words.useKeys));
}
