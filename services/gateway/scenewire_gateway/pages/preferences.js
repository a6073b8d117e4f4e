/** What the person at this browser chose: kept in the browser, never sent. */

const KEY = "scenewire.preferences";
const LANGUAGES = ["en", "de"];

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

/** Returns a choice, or undefined. */
export function preference(name) {
  return read()[name];
}

/** Keeps a choice; undefined forgets it. */
export function prefer(name, value) {
  localStorage.setItem(KEY, JSON.stringify({ ...read(), [name]: value }));
}

/** Applies the chosen theme; without one, that of the system. */
export function applyTheme() {
  const theme = preference("theme");
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

/** Returns the language of the pages: the chosen one, else the first that the browser asks for and the pages have. */
export function pageLanguage() {
  const wanted = [preference("language"), ...navigator.languages].filter(Boolean);
  return wanted.map((tag) => tag.split("-")[0]).find((tag) => LANGUAGES.includes(tag)) ?? LANGUAGES[0];
}

/** Returns the tag for numbers and dates: the browser's own where it is in the language of the pages. */
export function locale() {
  const language = pageLanguage();
  return navigator.languages.find((tag) => tag.split("-")[0] === language) ?? language;
}
