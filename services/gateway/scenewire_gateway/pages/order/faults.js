/** Puts errors beside the fields that they are about. */

import { el } from "/pages/dom.js";

/**
 * Marks fields with their errors, and takes away what was marked before.
 *
 * @param {HTMLFormElement} form - its fields have the path in the order as `data-field`, such as `look.theme`.
 * @param {Array<[string, string]>} faults - path and message.
 * @returns {boolean} whether every fault found its field.
 */
export function markFaults(form, faults) {
  for (const old of form.querySelectorAll(".fault")) old.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
  const marked = faults.map(([path, message]) => mark(form, path, message));
  marked.find(Boolean)?.focus();
  return faults.length > 0 && marked.every(Boolean);
}

function mark(form, path, message) {
  const box = fieldOf(form, path);
  const field = box?.querySelector("input:not([hidden]), textarea, select");
  if (!field) return null;
  const id = `fault-${path}`;
  box.append(el("p", { class: "fault", id }, message));
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", id);
  return field;
}

/** `media.0.file` is about the field `media`. */
function fieldOf(form, path) {
  const parts = path.split(".");
  for (let count = parts.length; count > 0; count -= 1) {
    const field = form.querySelector(`[data-field~="${CSS.escape(parts.slice(0, count).join("."))}"]`);
    if (field && !field.hidden) return field;
  }
  return null;
}
