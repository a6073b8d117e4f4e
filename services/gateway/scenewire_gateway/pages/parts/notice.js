/** Says what went wrong and what to do next. */

import { el } from "/pages/dom.js";
import { icon } from "/pages/icons.js";
import { words } from "/pages/words.js";

const ICONS = { bad: "warning", ask: "question", good: "check", plain: "clock" };

/** A notice of a kind: bad, ask, good or plain. */
export function notice(kind, title, ...children) {
  return el(
    "div",
    { class: `notice ${kind}` },
    icon(ICONS[kind]),
    el("div", { class: "notice-text" }, el("p", { class: "notice-title" }, title), children),
  );
}

/** Returns one sentence on an error. */
export function problemText(problem) {
  if (problem.code === "unreachable") return words.unreachable;
  if (problem.status === 404 && !problem.detail) return words.notFound;
  return problem.message || words.unknownProblem;
}

/** A notice with an error's cause, its hint and its code. */
export function problemNotice(problem) {
  const box = notice(
    "bad",
    problemText(problem),
    problem.hint && el("p", {}, problem.hint),
    problem.code && el("p", { class: "code" }, problem.code),
  );
  box.setAttribute("role", "alert");
  return box;
}
