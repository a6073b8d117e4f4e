/** The form for an order. What is typed survives a reload; one form orders once, however often it is sent. */

import { choices, post, randomKey } from "/pages/api.js";
import { announce, el, fill } from "/pages/dom.js";
import { problemNotice } from "/pages/parts/notice.js";
import { Router } from "/pages/router.js";
import { words } from "/pages/words.js";
import { markFaults } from "/pages/order/faults.js";
import { lookFields } from "/pages/order/look_fields.js";
import { mediaFields } from "/pages/order/media_fields.js";
import { OrderState } from "/pages/order/order_state.js";
import { Plan } from "/pages/order/plan.js";
import { soundFields } from "/pages/order/sound_fields.js";
import { textFields } from "/pages/order/text_fields.js";

class OrderPage {
  #key = { for: "", value: "" };

  constructor(offered) {
    this.state = new OrderState();
    this.plan = new Plan();
    this.errors = el("div", { class: "errors" });
    this.make = el("button", { class: "button primary big", type: "submit" });
    this.ask = el(
      "button",
      { class: "button big", type: "button", on: { click: () => this.#plan() } },
      words.planFirst,
    );
    const approve = el("input", {
      type: "checkbox",
      checked: this.state.approve,
      on: { change: () => this.#approve(approve.checked) },
    });
    this.form = el(
      "form",
      {
        class: "order-form",
        novalidate: true,
        on: { submit: (event) => (event.preventDefault(), this.#order()), keydown: (event) => this.#onKey(event) },
      },
      textFields(this.state),
      soundFields(this.state, offered),
      lookFields(this.state, offered),
      mediaFields(this.state, offered),
      el(
        "div",
        { class: "order-end" },
        el(
          "label",
          { class: "check" },
          approve,
          el("span", {}, words.approveFirst, el("span", { class: "muted block" }, words.approveFirstMore)),
        ),
        this.errors,
        el("div", { class: "buttons" }, this.make, this.ask),
      ),
    );
    this.#approve(this.state.approve);
    this.node = el(
      "div",
      { class: "page order" },
      el("h1", { tabindex: "-1" }, words.newVideo),
      el("div", { class: "order-columns" }, this.form, this.plan.node),
    );
  }

  /** Enter in a field shows the plan: only the button makes a video. */
  #onKey(event) {
    if (event.key !== "Enter" || !event.target.matches("input")) return;
    event.preventDefault();
    this.#plan();
  }

  #approve(isWanted) {
    this.state.approve = isWanted;
    fill(this.make, isWanted ? words.writeStoryboard : words.makeVideo);
  }

  async #plan() {
    await this.#send(this.ask, async () => {
      this.plan.show(await post("/v1/plans", this.state.order()));
      announce(words.planReady);
    });
  }

  async #order() {
    await this.#send(this.make, async () => {
      const order = this.state.order();
      const project = await post("/v1/projects", order, { headers: { "Idempotency-Key": this.#keyFor(order) } });
      this.state.forget();
      Router.go(`#/projects/${project.short_id}`);
    });
  }

  /** The same order keeps its key, so that sending it twice makes one project; a changed order is another one. */
  #keyFor(order) {
    const text = JSON.stringify(order);
    if (this.#key.for !== text) this.#key = { for: text, value: randomKey() };
    return this.#key.value;
  }

  async #send(button, request) {
    if (button.disabled) return;
    fill(this.errors);
    markFaults(this.form, []);
    const { source } = this.state;
    if (!this.state[source].trim()) return void markFaults(this.form, [[source, words.isMissing[source]]]);
    button.disabled = true;
    try {
      await request();
    } catch (problem) {
      if (!markFaults(this.form, problem.fields ?? [])) fill(this.errors, problemNotice(problem));
    } finally {
      button.disabled = false;
    }
  }
}

export async function show() {
  return { node: new OrderPage(await choices()).node, title: words.newVideo };
}
