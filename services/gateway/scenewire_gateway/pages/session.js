/** Asks for the access token once; the gateway then knows this browser by a cookie that no script can read. */

import { call } from "/pages/api.js";
import { el, fill } from "/pages/dom.js";
import { problemNotice } from "/pages/parts/notice.js";
import { words } from "/pages/words.js";

/** Shows the form in place of the view; calls back when the token was accepted. */
export function showSession(outlet, onOpened) {
  if (outlet.querySelector("form.session")) return;
  const token = el("input", {
    type: "password",
    id: "token",
    name: "token",
    autocomplete: "current-password",
    required: true,
    autocapitalize: "off",
    spellcheck: "false",
  });
  const button = el("button", { class: "button primary", type: "submit" }, words.signIn);
  const errors = el("div", { class: "errors" });
  const form = el(
    "form",
    { class: "session page narrow", on: { submit } },
    el("h1", { tabindex: "-1" }, words.whoIsThere),
    el("p", {}, words.tokenMore),
    el("div", { class: "field" }, el("label", { for: "token" }, words.token), token),
    errors,
    el("p", {}, button),
  );

  async function submit(event) {
    event.preventDefault();
    button.disabled = true;
    try {
      await call("POST", "/v1/session", { headers: { Authorization: `Bearer ${token.value.trim()}` } });
      form.remove();
      onOpened();
    } catch (problem) {
      fill(errors, problemNotice(problem));
      token.focus();
    } finally {
      button.disabled = false;
    }
  }

  fill(outlet, form);
  outlet.removeAttribute("aria-busy");
  document.title = `${words.whoIsThere} · scenewire`;
  token.focus();
}
