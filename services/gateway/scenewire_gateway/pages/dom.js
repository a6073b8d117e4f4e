/** Builds the page from elements and text nodes. No text is ever parsed as HTML: what projects contain is data. */

const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["value", "checked", "selected", "disabled", "hidden", "open", "muted", "indeterminate"]);

/**
 * Creates an element.
 *
 * @param {string} tag
 * @param {object} attributes - `on` has listeners, `data` the dataset, `style` custom properties; null and false leave an
 *   attribute out.
 * @param {...*} children - nodes and texts, also nested in arrays; null and false are left out.
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...nodes(children));
  return element;
}

/** Creates an element of an SVG drawing. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function setAttribute(element, name, value) {
  if (name === "on") {
    for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
  } else if (name === "data") {
    Object.assign(element.dataset, value);
  } else if (name === "style") {
    for (const [property, setting] of Object.entries(value)) element.style.setProperty(property, setting);
  } else if (PROPERTIES.has(name)) {
    if (value !== undefined && value !== null) element[name] = value;
  } else if (value === true) {
    element.setAttribute(name, "");
  } else if (value !== false && value !== null && value !== undefined) {
    element.setAttribute(name, value);
  }
}

function nodes(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Replaces what an element contains. */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

/** Sets a text only if it differs, so that screen readers don't read it twice. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Makes the children of a container follow a list without touching those that stay.
 *
 * @param {Element} container
 * @param {Array<{key: string, node: Element}>} items - in their order.
 */
export function arrange(container, items) {
  const focused = document.activeElement;
  const wanted = new Set(items.map((item) => item.node));
  for (const child of [...container.children]) if (!wanted.has(child)) child.remove();
  items.forEach(({ node }, place) => {
    if (container.children[place] !== node) container.insertBefore(node, container.children[place] ?? null);
  });
  if (container.contains(focused)) focused.focus(); // an element that moves loses it
}

/** Returns a web address of others, or null for every other scheme. */
function webAddress(text) {
  try {
    const address = new URL(text);
    return ["http:", "https:"].includes(address.protocol) ? address.href : null;
  } catch {
    return null;
  }
}

/** A link to a page of others, or its text if the address is not one of the web. */
export function outsideLink(text, address) {
  const href = webAddress(address);
  return href ? el("a", { href, rel: "noopener noreferrer", target: "_blank" }, text) : text;
}

let counter = 0;

/** Returns an id that no other element of the page has. */
export function freshId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

/** Loads a style sheet of a route before the route shows. */
export function useStyles(name) {
  const href = `/pages/styles/${name}.css`;
  if (document.head.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    document.head.append(el("link", { rel: "stylesheet", href, on: { load: resolve, error: reject } }));
  });
}

let polite = null;

/** Has screen readers read a text when they are idle. */
export function announce(text) {
  if (!polite) {
    polite = el("div", { class: "unseen", role: "status", "aria-live": "polite" });
    document.body.append(polite);
  }
  setText(polite, text);
}
