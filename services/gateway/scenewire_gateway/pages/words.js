/** The words of the chosen language. */

import { pageLanguage } from "/pages/preferences.js";

/** Texts and functions that return texts; loaded before the first route. */
export let words = null;

/** Loads the words of the chosen language. */
export async function loadWords() {
  const language = pageLanguage();
  ({ words } = await import(`/pages/words/${language}.js`));
  document.documentElement.lang = language;
}
