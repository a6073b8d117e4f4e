/** Tabs by the ARIA Authoring Practices: arrows move between them, only the chosen one is in the tab order. */

import { el, freshId } from "/pages/dom.js";

export class Tabs {
  /**
   * @param {string} label
   * @param {Array<{name: string, title: string, node: Element}>} tabs
   * @param {(name: string) => void} onChosen
   */
  constructor(label, tabs, onChosen) {
    this.onChosen = onChosen;
    this.list = el("div", {
      role: "tablist",
      class: "tabs",
      "aria-label": label,
      on: { keydown: (event) => this.#walk(event) },
    });
    this.node = el("div", { class: "tabbed" }, this.list);
    this.tabs = tabs.map((tab) => this.#add(tab));
  }

  choose(name, { focus = false } = {}) {
    const chosen = this.tabs.some((tab) => tab.name === name) ? name : this.tabs[0].name;
    for (const { name: other, button, panel } of this.tabs) {
      const isChosen = other === chosen;
      button.setAttribute("aria-selected", isChosen);
      button.tabIndex = isChosen ? 0 : -1;
      panel.hidden = !isChosen;
      if (isChosen && focus) button.focus();
    }
    this.onChosen(chosen);
  }

  /** Shows a number beside a title; 0 shows none. */
  count(name, number) {
    const { button, title } = this.tabs.find((tab) => tab.name === name);
    button.textContent = number ? `${title} (${number})` : title;
  }

  #add({ name, title, node }) {
    const [tabId, panelId] = [freshId("tab"), freshId("panel")];
    const button = el(
      "button",
      { type: "button", role: "tab", id: tabId, "aria-controls": panelId, on: { click: () => this.choose(name) } },
      title,
    );
    const panel = el("div", { role: "tabpanel", id: panelId, "aria-labelledby": tabId, class: "panel" }, node);
    this.list.append(button);
    this.node.append(panel);
    return { name, title, button, panel };
  }

  #walk(event) {
    const here = this.tabs.findIndex(({ button }) => button === document.activeElement);
    const last = this.tabs.length - 1;
    const next = {
      ArrowRight: here === last ? 0 : here + 1,
      ArrowLeft: here === 0 ? last : here - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (here < 0 || next === undefined) return;
    event.preventDefault();
    this.choose(this.tabs[next].name, { focus: true });
  }
}
