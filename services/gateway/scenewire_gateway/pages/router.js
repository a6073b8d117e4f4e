/** Shows the view that the address names. The address keeps the place, so that a reload shows the same again. */

import { Problem } from "/pages/api.js";
import { el, fill, useStyles } from "/pages/dom.js";
import { words } from "/pages/words.js";

const SCROLL_KEY = "scenewire.scroll";

/** A place in the pages: the part of the address after `#`. */
class Place {
  constructor(hash) {
    const [path, query = ""] = hash.replace(/^#/, "").split("?");
    this.path = path || "/";
    this.query = new URLSearchParams(query);
  }

  /** Changes parts of the query in the address without leaving the view; null and "" remove one. */
  set(parts) {
    for (const [name, value] of Object.entries(parts)) {
      if (value === null || value === "") this.query.delete(name);
      else this.query.set(name, value);
    }
    history.replaceState(history.state, "", this.hash);
  }

  get hash() {
    return `#${this.path}${this.query.size ? `?${this.query}` : ""}`;
  }
}

/**
 * Shows views in an element.
 *
 * A route is `[pattern, load, styles?]`; `load` returns a module with `show(place, ...groups)`, which returns
 * `{node, title, close?}`, and `styles` names a style sheet that it needs.
 */
export class Router {
  #view = null;
  #turn = 0;

  constructor(outlet, routes, onShown) {
    Object.assign(this, { outlet, routes, onShown });
    history.scrollRestoration = "manual";
    addEventListener("hashchange", () => this.show({ moveFocus: true }));
    addEventListener("pagehide", () => this.#keepScroll());
  }

  /** Goes to another place. */
  static go(hash) {
    location.hash = hash;
  }

  /** Shows the place of the address; a view that is still loading gives way to a newer one. */
  async show({ moveFocus = false } = {}) {
    this.#turn += 1;
    const turn = this.#turn;
    const place = new Place(location.hash);
    this.outlet.setAttribute("aria-busy", "true");
    const view = await this.#load(place);
    if (turn !== this.#turn || !view) return view?.close?.();
    this.#view?.close?.();
    this.#view = view;
    fill(this.outlet, view.node);
    this.outlet.removeAttribute("aria-busy");
    document.title = view.title ? `${view.title} · scenewire` : "scenewire";
    this.onShown(place);
    if (moveFocus) this.#moveFocus();
    else this.#restoreScroll();
    return undefined;
  }

  async #load(place) {
    for (const [pattern, load, styles] of this.routes) {
      const match = pattern.exec(place.path);
      if (!match) continue;
      try {
        return await (await this.#files(load, styles)).show(place, ...match.slice(1));
      } catch (error) {
        if (error.status === 401) return null; // the form for the token shows
        if (!(error instanceof Problem)) reportError(error);
        return { title: words.problem, node: await this.#failed(error) };
      }
    }
    return { title: words.notFound, node: await this.#failed(new Problem({ status: 404 })) };
  }

  async #files(load, styles) {
    try {
      const [module] = await Promise.all([load(), styles && useStyles(styles)]);
      return module;
    } catch {
      throw new Problem({ code: "unreachable" });
    }
  }

  async #failed(problem) {
    const { problemNotice } = await import("/pages/parts/notice.js");
    const retry = el("button", { class: "button", type: "button", on: { click: () => this.show() } }, words.tryAgain);
    return el(
      "div",
      { class: "page narrow" },
      el("h1", { tabindex: "-1" }, words.problem),
      problemNotice(problem),
      el("p", {}, retry),
    );
  }

  #moveFocus() {
    scrollTo(0, 0);
    this.outlet.querySelector("h1")?.focus({ preventScroll: true });
  }

  #keepScroll() {
    sessionStorage.setItem(SCROLL_KEY, JSON.stringify({ hash: location.hash.split("?")[0], y: scrollY }));
  }

  #restoreScroll() {
    const kept = JSON.parse(sessionStorage.getItem(SCROLL_KEY) ?? "null");
    sessionStorage.removeItem(SCROLL_KEY);
    if (kept?.hash === location.hash.split("?")[0]) scrollTo(0, kept.y);
  }
}
