/** The state of a project, as a badge and as a line of progress. */

import { el, setText } from "/pages/dom.js";
import * as format from "/pages/format.js";
import { icon } from "/pages/icons.js";
import { words } from "/pages/words.js";

const LOOKS = {
  waiting: ["plain", "clock"],
  running: ["live", "wire"],
  awaiting_approval: ["ask", "question"],
  finished: ["good", "check"],
  failed: ["bad", "warning"],
  cancelled: ["plain", "stop"],
};

/** What the consumers of the stream work on. */
const STAGE_OF = { script: "script", "tts-fanout": "speech", tts: "speech", sourcing: "footage", assembly: "picture" };

/** Names the stage of a consumer; one that is not known keeps its name. */
export const stageName = (consumer) => words.stages[STAGE_OF[consumer]] ?? consumer;

/** Whether something of a project is being made. */
export const isUnderWay = (project) => project.state === "running" || project.state === "waiting";

/** A badge with the state of a project. */
export function stateBadge(state) {
  const [look, drawing] = LOOKS[state];
  return el("span", { class: `badge ${look}` }, icon(drawing), words.states[state]);
}

/** Returns the stage and the time left of a project that is under way. */
function progressText({ state, stage, percent, time_left: left }) {
  if (state === "waiting") return words.states.waiting;
  return [words.stages[stage], format.percent(percent), left === null ? "" : format.timeLeft(left)]
    .filter(Boolean)
    .join(" · ");
}

/** The wire: how many scenes are spoken, have their footage and are rendered, in three layers. */
class Wire {
  constructor(name) {
    this.layers = ["spoken", "sourced", "rendered"].map((layer) => el("span", { class: `wire-${layer}` }));
    this.node = el(
      "div",
      { class: "wire", role: "progressbar", "aria-label": name, "aria-valuemin": 0, "aria-valuemax": 100 },
      this.layers,
    );
  }

  update(project) {
    const { counts, scene_count: scenes, percent } = project;
    const shares = [counts.spoken, counts.sourced, counts.rendered].map((count) => (scenes ? count / scenes : 0));
    this.layers.forEach((layer, place) => layer.style.setProperty("--share", shares[place]));
    this.node.setAttribute("aria-valuenow", percent);
    this.node.setAttribute("aria-valuetext", progressText(project));
  }
}

/** A line on the progress of a project, which changes in place. */
export class ProgressLine {
  constructor(name) {
    this.wire = new Wire(name);
    this.text = el("p", { class: "progress-text" });
    this.node = el("div", { class: "progress" }, this.wire.node, this.text);
  }

  update(project) {
    this.node.hidden = !isUnderWay(project);
    this.wire.update(project);
    setText(this.text, progressText(project));
  }
}
