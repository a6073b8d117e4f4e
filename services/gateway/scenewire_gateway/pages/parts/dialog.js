/** Dialogs on the platform's own element: it keeps the focus inside and gives it back. */

import { el, freshId } from "/pages/dom.js";
import { icon } from "/pages/icons.js";
import { words } from "/pages/words.js";

/** Shows a dialog; returns it. It leaves the page when it closes. */
export function showDialog(title, ...children) {
  const id = freshId("dialog");
  const close = el(
    "button",
    { class: "button quiet icon-only", type: "button", "aria-label": words.close, on: { click: () => dialog.close() } },
    icon("close"),
  );
  const dialog = el(
    "dialog",
    { class: "dialog", "aria-labelledby": id },
    el("div", { class: "dialog-head" }, el("h2", { id }, title), close),
    children,
  );
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Asks before something that can't be undone.
 *
 * @returns {Promise<boolean>} whether the person agreed.
 */
export function confirmed(title, text, agreement) {
  return new Promise((resolve) => {
    let agreed = false;
    const agree = el(
      "button",
      { class: "button danger", type: "button", on: { click: () => ((agreed = true), dialog.close()) } },
      agreement,
    );
    const keep = el(
      "button",
      { class: "button", type: "button", autofocus: true, on: { click: () => dialog.close() } },
      words.goBack,
    );
    const dialog = showDialog(title, el("p", {}, text), el("div", { class: "buttons end" }, keep, agree));
    dialog.addEventListener("close", () => resolve(agreed));
  });
}
