/** The frame around all views: header, connection, footer. */

import { call, caller, connection, Problem, session } from "/pages/api.js";
import { announce, el, fill } from "/pages/dom.js";
import { icon } from "/pages/icons.js";
import { listen } from "/pages/keyboard.js";
import { applyTheme, pageLanguage, prefer, preference } from "/pages/preferences.js";
import { Router } from "/pages/router.js";
import { loadWords, words } from "/pages/words.js";

const ROUTES = [
  [/^\/$/, () => import("/pages/board.js")],
  [/^\/new$/, () => import("/pages/order/order.js"), "order"],
  [/^\/search$/, () => import("/pages/search.js")],
  [/^\/bus$/, () => import("/pages/bus.js"), "bus"],
  [/^\/projects\/([0-9a-f-]+)$/, () => import("/pages/project/project.js"), "project"],
];
const LOCAL = "local";
const LANGUAGE_NAMES = { en: "English", de: "Deutsch" };

const main = el("main", { id: "main", tabindex: "-1" });
const header = el("header", { class: "bar" });
const footer = el("footer", { class: "foot" });
const signedIn = el("span", { class: "foot-choice" });
const lost = el("div", { class: "lost" });
const router = new Router(main, ROUTES, markPlace);

function wordmark() {
  return el("a", { class: "wordmark", href: "#/" }, icon("wire"), el("span", {}, "scenewire"));
}

function drawFrame() {
  const link = (href, text) => el("a", { class: "nav-link", href }, text);
  fill(
    header,
    el("a", { class: "skip", href: "#main", on: { click: skip } }, words.skip),
    wordmark(),
    el("nav", { "aria-label": words.pages }, link("#/", words.videos), link("#/search", words.search)),
    el("a", { class: "button primary compact", href: "#/new" }, icon("plus"), el("span", {}, words.newVideo)),
  );
  fill(
    footer,
    choice(words.language, "language", Object.entries(LANGUAGE_NAMES), pageLanguage(), changeLanguage),
    choice(words.pageTheme, "theme", Object.entries(words.themesOfPages), preference("theme") ?? "", changeTheme),
    el("button", { class: "button quiet", type: "button", on: { click: showKeys } }, words.keyboard),
    el("a", { class: "button quiet", href: "#/bus" }, words.bus),
    signedIn,
  );
  fill(lost, icon("warning"), words.connectionLost);
}

function choice(label, name, options, chosen, onChange) {
  const select = el(
    "select",
    { name, on: { change: () => onChange(select.value) } },
    options.map(([value, text]) => el("option", { value, selected: value === chosen }, text)),
  );
  return el("label", { class: "foot-choice" }, el("span", {}, label), select);
}

async function changeLanguage(language) {
  prefer("language", language);
  await loadWords();
  drawFrame();
  await router.show();
  footer.querySelector("select[name=language]").focus();
}

function changeTheme(theme) {
  prefer("theme", theme || undefined);
  applyTheme();
}

/** The address has a place of its own behind #, so a link into the page moves the focus instead. */
function skip(event) {
  event.preventDefault();
  main.focus();
}

function markPlace({ path }) {
  for (const link of header.querySelectorAll(".nav-link")) {
    if (link.hash === `#${path}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** Whoever has signed in can sign out; a gateway without keys knows only `local`. */
async function showCaller() {
  const { name } = await caller().catch(() => ({ name: LOCAL }));
  if (name === LOCAL) return;
  fill(
    signedIn,
    words.signedIn(name),
    el("button", { class: "button quiet", type: "button", on: { click: signOut } }, words.signOut),
  );
}

async function signOut() {
  await call("DELETE", "/v1/session");
  location.reload();
}

async function showKeys() {
  (await import("/pages/keys_dialog.js")).showKeys();
}

async function askForKey() {
  const { showSession } = await import("/pages/session.js");
  showSession(main, () => (router.show(), showCaller()));
}

/** What nothing on the page has a place for. */
async function showProblem(problem) {
  const [{ showDialog }, { problemNotice }] = await Promise.all([
    import("/pages/parts/dialog.js"),
    import("/pages/parts/notice.js"),
  ]);
  showDialog(words.problem, problemNotice(problem));
}

async function start() {
  applyTheme();
  await loadWords();
  drawFrame();
  document.body.append(lost, header, main, footer);
  lost.hidden = true;
  connection.addEventListener("lost", () => {
    lost.hidden = false;
    announce(words.connectionLost);
  });
  connection.addEventListener("found", () => (lost.hidden = true));
  session.addEventListener("unauthorized", askForKey);
  addEventListener(
    "unhandledrejection",
    ({ reason }) => reason instanceof Problem && reason.status !== 401 && showProblem(reason),
  );
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload()); // its connections have ended
  listen();
  await router.show();
  await showCaller();
}

await start();
