/** The finished versions: which one shows, and its files. */

import { el, fill } from "/pages/dom.js";
import * as format from "/pages/format.js";
import { icon } from "/pages/icons.js";
import { words } from "/pages/words.js";

const FILES = ["video", "captions_srt", "captions_vtt", "thumbnail", "credits_txt", "credits_json", "script_json"];

export class Versions {
  #shown = "";

  constructor(page) {
    this.page = page;
    this.node = el("div", { class: "versions" });
  }

  update({ project, version }) {
    const shown = JSON.stringify([
      project.versions.map(({ number }) => number),
      project.revision,
      project.state,
      version?.number,
    ]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const present = version ?? project.versions.at(-1);
    this.node.hidden = !present;
    fill(this.node, this.#choice(project, version), present && files(present));
  }

  #choice(project, version) {
    const isNewer = project.versions.at(-1)?.revision !== project.revision;
    if (project.versions.length < (isNewer ? 1 : 2)) return null;
    const present = isNewer
      ? words.unfinished(words.states[project.state])
      : words.version(project.versions.at(-1).number);
    const older = isNewer ? project.versions : project.versions.slice(0, -1);
    const options = [
      [null, present],
      ...older.toReversed().map((one) => [one, `${words.version(one.number)} · ${format.dateTime(one.at)}`]),
    ];
    const select = el(
      "select",
      { id: "version", on: { change: () => this.page.choose(options[select.selectedIndex][0]) } },
      options.map(([one, text]) => el("option", { selected: one?.number === version?.number }, text)),
    );
    return el("div", { class: "field" }, el("label", { for: "version" }, words.versions), select);
  }
}

function files(version) {
  const links = FILES.filter((name) => version.links[name]).map((name) =>
    el("li", {}, el("a", { href: `${version.links[name]}?download=true` }, words.files[name])),
  );
  const [video, ...others] = links;
  const facts = [`${version.width} × ${version.height}`, format.length(version.duration)].join(" · ");
  video.firstElementChild.prepend(icon("download"));
  video.firstElementChild.className = "button";
  return el(
    "section",
    { class: "files" },
    el("h2", { class: "unseen" }, words.downloads),
    el("ul", {}, video, others),
    el("p", { class: "muted" }, facts),
  );
}
