/** Title, state, progress, what failed, and the actions on the whole project. */

import { call, post } from "/pages/api.js";
import { el, fill, setText } from "/pages/dom.js";
import * as format from "/pages/format.js";
import { confirmed } from "/pages/parts/dialog.js";
import { notice, problemNotice } from "/pages/parts/notice.js";
import { isUnderWay, ProgressLine, stageName, stateBadge } from "/pages/parts/state.js";
import { words } from "/pages/words.js";

export class Head {
  #shown = "";

  constructor(page) {
    this.page = page;
    this.title = el("h1", { tabindex: "-1" });
    this.badge = el("span");
    this.facts = el("p", { class: "muted" });
    this.progress = new ProgressLine(words.progress);
    this.actions = el("div", { class: "buttons" });
    this.notices = el("div", { class: "notices" });
    this.node = el(
      "div",
      { class: "project-head" },
      el("nav", { "aria-label": words.back }, el("a", { class: "back", href: "#/" }, "← ", words.videos)),
      el(
        "div",
        { class: "project-title" },
        el("div", {}, this.title, el("p", { class: "project-facts" }, this.badge, this.facts)),
        this.actions,
      ),
      this.progress.node,
      this.notices,
    );
  }

  update({ project, version }) {
    const title = project.title || project.topic || words.untitled;
    setText(this.title, title);
    document.title = `${title} · scenewire`;
    setText(this.facts, facts(project));
    this.progress.update(project);
    const shown = JSON.stringify([project.state, project.failure, version?.number]);
    if (shown === this.#shown) return; // the focus stays on a button that stays
    this.#shown = shown;
    fill(this.badge, stateBadge(project.state));
    fill(this.actions, this.#actions(project));
    fill(this.notices, this.#notices(project, version));
  }

  /** Shows why something that the person asked for did not happen. */
  complain(problem) {
    fill(this.notices, problemNotice(problem));
    this.#shown = "";
  }

  #notices(project, version) {
    if (version) {
      const back = el(
        "button",
        { class: "button", type: "button", on: { click: () => this.page.choose(null) } },
        words.showPresent,
      );
      return notice("plain", words.olderVersion(version.number), el("p", {}, back));
    }
    if (project.state === "failed") return this.#failure(project.failure);
    if (project.state === "cancelled")
      return notice(
        "plain",
        words.wasCancelled,
        project.failure.message !== "cancelled" && el("p", {}, project.failure.message),
      );
    if (project.state === "awaiting_approval")
      return notice("ask", words.awaitsApproval, el("p", {}, words.awaitsApprovalMore));
    return [];
  }

  #failure({ code, message, hint, stage, scene_number: number }) {
    const where = [stageName(stage), number && words.scene(number)].filter(Boolean).join(", ");
    return notice("bad", message, hint && el("p", {}, hint), el("p", { class: "code" }, `${where} · ${code}`));
  }

  #actions(project) {
    const { state } = project;
    const { scope } = this.page.caller;
    if (scope === "read") return [];
    return [
      state === "awaiting_approval" && this.#button(words.approve, "primary", () => this.#begin("approval")),
      (state === "failed" || state === "cancelled") && this.#button(words.retry, "primary", () => this.#begin("retry")),
      (isUnderWay(project) || state === "awaiting_approval") && this.#button(words.cancel, "", () => this.#cancel()),
      scope === "admin" &&
        !isUnderWay(project) &&
        state !== "awaiting_approval" &&
        this.#button(words.remove, "quiet", () => this.#delete()),
    ];
  }

  #button(text, look, action) {
    const button = el("button", { class: `button ${look}`, type: "button", on: { click: act } }, text);
    async function act() {
      button.disabled = true;
      await action();
      button.disabled = false;
    }
    return button;
  }

  /** Has the video made: with the changes, if there are some. */
  async #begin(what) {
    if (this.page.draft.size) await this.page.bar.send(true);
    else await this.#send(what, { expected_revision: this.page.project.revision });
  }

  async #cancel() {
    if (await confirmed(words.cancelQuestion, words.cancelMore, words.cancel))
      await this.#send("cancellation", { reason: "" });
  }

  async #delete() {
    if (!(await confirmed(words.removeQuestion, words.removeMore, words.remove))) return;
    try {
      await call("DELETE", `/v1/projects/${this.page.project.id}`);
      location.hash = "#/";
    } catch (problem) {
      this.complain(problem);
    }
  }

  async #send(what, body) {
    try {
      await post(`/v1/projects/${this.page.project.id}/${what}`, body);
      await this.page.refresh();
    } catch (problem) {
      if (problem.code === "revision_conflict") await this.page.refresh();
      this.complain(problem);
    }
  }
}

function facts(project) {
  const facts = [
    project.scene_count ? words.scenes(project.scene_count) : "",
    project.duration ? format.clock(project.duration) : "",
    project.requested_by ? words.by(project.requested_by) : "",
    project.created_at ? format.dateTime(project.created_at) : "",
  ];
  return facts.filter(Boolean).join(" · ");
}
